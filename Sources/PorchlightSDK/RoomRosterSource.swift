public import MatrixWire
internal import Ports
internal import Synchronization

/// The roster on a server without presence lists: contacts are those with whom there is a direct room, and everybody in a
/// shared room is around (Protocol 9).
///
/// Polls always say what the user wants to be taken for now. A reference: copies are the same.
public final class RoomRosterSource: RosterSource {
  public let session: Session
  public let traits: RosterTraits
  let editor: AccountDataEditor
  /// The rooms in which users are looked for; none as long as the server may have presence.
  let traced = Observed<Set<RoomID>>([])
  private let presence: PollPresence
  let wait: Duration
  let seed: UInt64
  /// Whether the roster is only looked at.
  private let isReading: Bool
  private let state: Mutex<RoomRosterState>

  /// How long a poll may wait. A Synapse counts one poll in 10 s as a sign of life and wants one in 30 s.
  public static let longestWait: Duration = .seconds(18)
  /// How long the poll may wait that says something else than the one before: where it is not counted, the next one is.
  static let waitAfterChange: Duration = .seconds(10)

  /// - Parameters:
  ///   - session: whose roster it is.
  ///   - capabilities: what the server can do.
  ///   - isReading: whether the roster is only looked at: polls then say nothing of its user.
  ///   - wait: how long the server may hold a poll with nothing to say.
  ///   - seed: for the jitter of the back-off, and for first polls that differ from others.
  public init(
    _ session: Session, _ capabilities: ServerCapabilities, isReading: Bool = false,
    wait: Duration = RoomRosterSource.longestWait, seed: UInt64
  ) {
    self.session = session
    self.isReading = isReading
    self.wait = wait
    self.seed = seed
    traits = .rooms(hasBusy: capabilities.hasBusy)
    editor = AccountDataEditor(session)
    presence = PollPresence(isReading ? .offline : .online)
    state = Mutex(RoomRosterState(of: session.userID, traits))
  }

  /// What is known of the server's presence so far.
  public var verdict: PresenceVerdict { state.withLock(\.verdict) }

  // MARK: Hearing

  public func run(_ deliver: @escaping @Sendable (RosterStep) -> Void) async throws(SDKError) {
    let (steps, sink) = AsyncStream<RosterStep>.makeStream()
    let (questions, asking) = AsyncStream<[UserID]>.makeStream()
    let end = Observed<SDKError?>(nil)
    state.withLock { $0.sink = sink }
    defer { state.withLock { $0.sink = nil } }
    await withDiscardingTaskGroup { group in
      group.addTask {
        do throws(SDKError) {
          try await self.poll(sink, asking)
        } catch {
          end.update { $0 = error }
        }
        sink.finish()
      }
      group.addTask { await self.followTraces(sink) }
      group.addTask {
        for await users in questions { await self.ask(about: users, sink) }
      }
      for await step in steps { deliver(step) }
      group.cancelAll()
    }
    if let error = end.value { throw error }
  }

  private func poll(
    _ sink: AsyncStream<RosterStep>.Continuation, _ asking: AsyncStream<[UserID]>.Continuation
  ) async throws(SDKError) {
    var events = SyncLoop(
      session: session, presence: .changing(presence), wait: wait, filter: .directRooms, seed: seed)
    events.isFirstUncached = true
    events.waitAfterChange = Self.waitAfterChange
    var steps = events.makeAsyncIterator()
    while let step = try await steps.next() {
      switch step {
      case .answer(let answer, let isComplete):
        sink.yield(.update(take(answer, isComplete: isComplete)))
        await prove(sink)
        let rooms = state.withLock(\.tracedRooms)
        if rooms != traced.value { traced.update { $0 = rooms } }
        asking.yield(state.withLock { $0.takeQuestions() })
      case .interrupted(let error, let retryAt): sink.yield(.interrupted(error, retryAt: retryAt))
      }
    }
  }

  private func take(_ answer: SyncAnswer, isComplete: Bool) -> RosterUpdate {
    let isOnline = presence.current != .offline
    let events = state.withLock {
      $0.take(answer, isComplete: isComplete, isOnline: isOnline, at: session.time.wallTime)
    }
    return RosterUpdate(events, isComplete: isComplete, rooms: answer.rooms, hasAllRooms: isComplete)
  }

  /// Where the stream says nothing of the user, whether the server has presence follows from what it makes of a status.
  private func prove(_ sink: AsyncStream<RosterStep>.Continuation) async {
    guard presence.current == .online, state.withLock({ $0.beginProof() }) else { return }
    guard let evidence = try? await session.provePresence() else { return }
    let events = state.withLock { $0.take(evidence) }
    if !events.isEmpty { sink.yield(.update(RosterUpdate(events, isComplete: false))) }
  }

  /// Asks for the presence of contacts whom the server did not mention: when they were there last, and their text.
  private func ask(about users: [UserID], _ sink: AsyncStream<RosterStep>.Continuation) async {
    for user in users {
      guard let content = try? await session.status(of: user) else { continue }
      let events = state.withLock { $0.take(content, of: user) }
      if !events.isEmpty { sink.yield(.update(RosterUpdate(events, isComplete: false))) }
    }
  }

  /// Tells what became true by a request, rather than by the stream.
  private func tell(_ events: [StreamEvent]) {
    guard !events.isEmpty else { return }
    _ = state.withLock { $0.sink?.yield(.update(RosterUpdate(events, isComplete: false))) }
  }

  /// The roster as it is, by one request, for a program that does not listen.
  ///
  /// - Returns: the roster; asking does not make its user online.
  /// - Throws: `refused`, `rateLimited`, `unreachable` or `loggedOut`.
  public func read() async throws(SDKError) -> Roster {
    let answer = try await session.sync(
      since: nil, wait: .uncached(seed: seed), as: .offline, filter: .directRooms)
    let events = state.withLock {
      $0.take(answer, isComplete: true, isOnline: false, at: session.time.wallTime)
    }
    var roster = Roster(userID: session.userID)
    var update = RosterUpdate(events, isComplete: true, rooms: answer.rooms, hasAllRooms: true)
    if verdict.presence != .works { update.traces = try await traces(in: state.withLock(\.smallRooms)) }
    _ = roster.apply(update, at: session.time.instant)
    return roster
  }

  // MARK: Doing

  public func perform(_ request: RosterRequest) async throws(SDKError) {
    switch request {
    case .publish(let update): try await publish(update)
    case .idle(let since):
      presence.set(
        state.withLock { state in
          state.own.isIdle = since != nil
          return state.own.polled
        })
    case .change(let change):
      do throws(SDKError) {
        try await perform(change)
      } catch {
        throw error.explained(change)
      }
    }
  }

  private func publish(_ update: StatusUpdate) async throws(SDKError) {
    if verdict.isOff { throw .presenceIsOff(session.userID.server) }
    let (before, status, polled) = state.withLock { state in
      let before = state.own.choice
      state.own.choose(update.presence)
      return (before, state.own.status(update), state.own.polled)
    }
    presence.prepare(polled)
    do throws(SDKError) {
      try await session.setStatus(status.presence, text: status.statusMessage)
      try await check(status)
    } catch {
      presence.set(
        state.withLock { state in
          if !error.isTransient, state.own.choice == traits.shown(update.presence) {
            state.own.choose(before)
          }
          return state.own.polled
        })
      throw error.explained(session.userID.server)
    }
    presence.set(state.withLock(\.own.polled))
    tell(state.withLock { [.presence(session.userID, $0.own.took(status))] })
  }

  /// A server without presence takes a status too. Where it is not known yet whether it has some, the status shows it.
  private func check(_ status: StatusUpdate) async throws(SDKError) {
    guard verdict.presence == .unknown else { return }
    let seen = try await session.status(of: session.userID)
    tell(state.withLock { $0.take([.statusSet(status, seen: seen)]) })
    if verdict.isOff { throw .presenceIsOff(session.userID.server) }
  }

  public func leave(saying status: StatusUpdate?, patience: Duration) async -> Bool {
    let (choice, text, isOff) = state.withLock { ($0.own.choice, $0.own.text, $0.verdict.isOff) }
    // Without the present text the server would be told that there is none.
    guard !isReading, !isOff, let text = status.map({ $0.statusMessage ?? "" }) ?? text else { return false }
    guard choice != .hidden || status != nil else { return false }
    let isSent = try? await withDeadline(patience, on: session.time) { [session] in
      (try? await session.setStatus(.offline, text: text)) != nil
    }
    return status != nil && isSent == true
  }
}

// MARK: Contacts

extension RoomRosterSource {
  private func perform(_ change: ContactChange) async throws(SDKError) {
    if !state.withLock(\.isLoaded) { _ = try await read() }
    switch change {
    case .invite(let user): try await invite(user)
    case .accept(let user): try await accept(user)
    case .deny(let user):
      for room in try invitations(from: user) {
        try await session.leave(room)
        // The room is left, which is what counts.
        try? await session.forget(room)
      }
      tell(state.withLock { $0.chats.declined(user) })
    case .ignore(let user):
      try await editor.ignore(user)
      tell(state.withLock { $0.chats.declined(user) })
    case .remove(let user), .revoke(let user): try await remove(user)
    }
  }

  private func invitations(from user: UserID) throws(SDKError) -> [RoomID] {
    let rooms = state.withLock { $0.chats.invitations(from: user) }
    guard !rooms.isEmpty else {
      throw SDKError(.refused(MatrixError(.notInvited, "")), "does not ask to see you")
    }
    return rooms
  }

  private func accept(_ user: UserID) async throws(SDKError) {
    for room in try invitations(from: user) {
      try await session.join(room)
      try await editor.addDirectRoom(room, with: user)
    }
  }

  /// Who asks already is accepted, and a room that is there is used again.
  private func invite(_ user: UserID) async throws(SDKError) {
    let (isAsked, relation) = state.withLock {
      (!$0.chats.invitations(from: user).isEmpty, $0.chats.relation(to: user))
    }
    if isAsked { return try await accept(user) }
    guard relation == nil else { return }
    let room = try await session.createRoom(
      CreateRoomRequest(preset: .trustedPrivateChat, invite: [user], isDirect: true))
    try await editor.addDirectRoom(room, with: user)
  }

  private func remove(_ user: UserID) async throws(SDKError) {
    let rooms = state.withLock { $0.chats.rooms(with: user) }
    guard !rooms.isEmpty else {
      throw SDKError(.refused(MatrixError(.notFound, "")), "is in no direct room with you")
    }
    try await editor.removeDirectRooms(with: user)
    for room in rooms { try await session.leave(room) }
  }
}
