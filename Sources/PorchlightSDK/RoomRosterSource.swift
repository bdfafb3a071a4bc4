internal import MatrixWire
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
  /// Statuses are set one after the other, so that one which only finds something out undoes no choice.
  let turns = Turns()
  /// The rooms in which users are looked for; none as long as the server may have presence.
  let traced = Observed<Set<RoomID>>([])
  let presence: PollPresence
  let wait: Duration
  let seed: UInt64
  /// Whether the roster is only looked at.
  let isReading: Bool
  let state: Mutex<RoomRosterState>

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

  public func run(_ deliver: @escaping @Sendable (RosterStep) async -> Void) async throws(SDKError) {
    let outlet = RosterOutlet()
    let (questions, asking) = AsyncStream<[UserID]>.makeStream()
    let end = Observed<SDKError?>(nil)
    state.withLock { $0.outlet = outlet }
    defer { state.withLock { $0.outlet = nil } }
    await withDiscardingTaskGroup { group in
      group.addTask {
        do throws(SDKError) {
          try await self.poll(outlet, asking)
        } catch {
          end.update { $0 = error }
        }
        outlet.finish()
      }
      group.addTask { await self.followTraces(outlet) }
      group.addTask {
        for await users in questions { await self.ask(about: users, outlet) }
      }
      await outlet.run(deliver)
      group.cancelAll()
    }
    if let error = end.value { throw error }
  }

  private func poll(
    _ outlet: RosterOutlet, _ asking: AsyncStream<[UserID]>.Continuation
  ) async throws(SDKError) {
    var events = SyncLoop(
      session: session, presence: .changing(presence), wait: wait, filter: .directRooms, seed: seed)
    events.isFirstUncached = true
    events.waitAfterChange = Self.waitAfterChange
    var steps = events.makeAsyncIterator()
    while let step = try await steps.next() {
      switch step {
      case .answer(let answer, let isComplete):
        await outlet.tellAndWait(.update(take(answer, isComplete: isComplete)))
        await prove(outlet)
        let rooms = state.withLock(\.tracedRooms)
        if rooms != traced.value { traced.update { $0 = rooms } }
        asking.yield(state.withLock { $0.takeQuestions() })
      case .interrupted(let error, let retryAt):
        state.withLock { $0.interrupt() }
        await outlet.tellAndWait(.interrupted(error, retryAt: retryAt))
      }
    }
  }

  private func take(_ answer: SyncAnswer, isComplete: Bool) -> RosterUpdate {
    let isOnline = presence.current != .offline
    let events = state.withLock {
      $0.take(answer, isComplete: isComplete, isOnline: isOnline, at: session.time.wallTime)
    }
    // What is complete of presence alone is told as changes: contacts are made of rooms.
    let hasAllRooms = isComplete && !answer.isComplete
    return RosterUpdate(events, isComplete: hasAllRooms, rooms: answer.rooms, hasAllRooms: hasAllRooms)
  }

  /// Asks for the presence of contacts whom the server did not mention: when they were there last, and their text. And for
  /// what the user is called.
  private func ask(about users: [UserID], _ outlet: RosterOutlet) async {
    if state.withLock({ $0.takeProfileQuestion() }),
      let profile = try? await session.profile(of: session.userID)
    {
      outlet.tell(state.withLock { $0.take(profileName: profile.displayName ?? "") })
    }
    for user in users {
      guard let content = try? await session.status(of: user) else { continue }
      outlet.tell(state.withLock { $0.take(content, of: user) })
    }
  }

  /// The roster as it is, by one request, for a program that does not listen; where presence is off, by another one also what
  /// was seen of users.
  ///
  /// - Returns: the roster; asking does not make its user online.
  /// - Throws: `refused`, `rateLimited`, `unreachable` or `loggedOut`.
  public func read() async throws(SDKError) -> Roster {
    var update = try await readUpdate()
    if verdict.presence != .works {
      // It says more where it works; the roster is one without it too.
      update.traces = (try? await traces(in: state.withLock(\.smallRooms))) ?? [:]
    }
    var roster = Roster(userID: session.userID)
    _ = roster.apply(update, at: session.time.instant)
    return roster
  }

  /// Reads who is in which room, before anything is made of that.
  func readUpdate() async throws(SDKError) -> RosterUpdate {
    let answer = try await session.sync(
      since: nil, wait: .uncached(seed: seed), as: .offline, filter: .directRooms)
    let events = state.withLock {
      $0.take(answer, isComplete: true, isOnline: false, at: session.time.wallTime)
    }
    return RosterUpdate(events, isComplete: true, rooms: answer.rooms, hasAllRooms: true)
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

  /// Tells what became true by a request, rather than by the stream.
  func tell(_ events: [StreamEvent]) { state.withLock(\.outlet)?.tell(events) }
}
