internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// Rooms: decided, stored, and then true for everybody.
///
/// Rooms are in the same actor as presence because who is in a room decides who sees whom: an answer is made of both at
/// one moment.
extension PresenceService {
  /// Does what a user wants done with rooms.
  ///
  /// - Parameters:
  ///   - command: what is wanted, and by whom.
  ///   - device: where it comes from, if it is something that others notice: the user is active then.
  /// - Returns: what was done, or was so already.
  /// - Throws: `MatrixError` where it is refused, `StoreError` where it cannot be stored: then nothing happened.
  @discardableResult
  func perform(_ command: RoomCommand, from device: Device? = nil) async throws -> RoomDecision {
    let number = deviceNumber(of: command.transaction)
    while true {
      let keys = keys(of: command)
      let decision: RoomDecision? = try await locks.withLock(keys: keys) {
        // An alias may have moved to another room, while others had the lock.
        guard self.keys(of: command) == keys else { return nil }
        var command = try await current(command)
        if number == nil || deviceNumber(of: command.transaction) != number { command.transaction = nil }
        let decision = try await store(
          rooms.rules.decide(command, rules.audience.membership, now: time.now), command)
        if let transaction = command.transaction, deviceNumber(of: transaction) != number {
          await forget(transaction)
        }
        return decision
      }
      guard let decision else { continue }
      if let device { noteActivity(on: device) }
      return decision
    }
  }

  /// Tells a device from another of the same ID, which does not repeat what the first one sent.
  private func deviceNumber(of transaction: TransactionKey?) -> UInt64? {
    transaction.flatMap { accounts.number(of: Device(user: $0.user, id: $0.device)) }
  }

  /// A device logged out while its request was under way. The store forgot the request with it, unless another device of
  /// that ID was there by then.
  private func forget(_ transaction: TransactionKey) async {
    rooms.rules.forget(transaction)
    _ = try? await persistence.commit([.rooms(.removeTransaction(transaction))])
  }

  /// What no other change may concern meanwhile.
  private func keys(of command: RoomCommand) -> Set<KeyedLock.Key> {
    var keys: Set<KeyedLock.Key> = []
    for alias in command.aliases(on: rules.server) {
      keys.insert(.alias(alias))
      if let room = rooms.rules.room(of: alias) { keys.insert(.room(room)) }
    }
    return keys.union(command.rooms.map(KeyedLock.Key.room))
  }

  /// A command with the events that it is about as they are now: what they were when they were read may have changed while
  /// others had the lock.
  private func current(_ command: RoomCommand) async throws(StoreError) -> RoomCommand {
    var current = command
    switch command.action {
    case .redact(let event, let reason):
      let found = try await history.events([event.id])
      current.action = .redact(found[event.id]?.event ?? event, reason: reason)
    case .setReadMarker(let room, let event, _):
      guard let marked = fullyRead(of: command.sender, in: room) else { break }
      let found = try await history.events([marked])
      current.action = .setReadMarker(room, to: event, from: found[marked]?.event)
    default: break
    }
    return current
  }

  /// The event a user's read marker is at.
  private func fullyRead(of user: UserID, in room: RoomID) -> EventID? {
    let content = rooms.rules.accountData.content(RoomEventType.fullyRead, of: user, in: room)
    return content.flatMap { try? WireJSON.decode(FullyReadContent.self, from: $0) }?.eventID
  }

  private func store(_ decision: RoomDecision, _ command: RoomCommand) async throws(StoreError)
    -> RoomDecision
  {
    guard !decision.changes.isEmpty else { return decision }
    rooms.rules.begin(decision)
    defer { rooms.takeNext()?.resume() }
    let replaced: [EventID: StoredEvent]
    do throws(StoreError) {
      try await persistence.commit(decision.changes.map(StoreChange.rooms))
      let state = decision.stateEvents
      // What state replaced is told beside it. It happened already: if it cannot be read, it is told without.
      replaced = state.isEmpty ? [:] : (try? await history.events(state)) ?? [:]
    } catch {
      rooms.rules.abandon(decision)
      throw error
    }
    // Streams tell what happened in one order, and a later place may be stored first.
    while rooms.rules.positions.hasOpen(before: decision.positions.lowerBound) {
      await withCheckedContinuation { rooms.waiting.wait($0, at: decision.positions.lowerBound) }
    }
    let effects = rooms.rules.apply(decision, &rules.audience.membership)
    for effect in effects { publish(effect, replaced, command.transaction) }
    answerLater()
    return decision
  }

  /// Types, or no longer does. Nothing of it is stored.
  ///
  /// - Throws: 403 for a user who is not in the room.
  func setTyping(_ span: Duration?, in room: RoomID, from device: Device) throws(MatrixError) {
    let effects = try rooms.rules.setTyping(
      span, of: device.user, in: room, rules.audience.membership, now: time.now)
    for effect in effects { publish(effect, [:], nil) }
    noteActivity(on: device)
  }

  /// What others notice of a user who is logged in on a device.
  private func noteActivity(on device: Device) {
    let id = accounts.isLoggedIn(device) ? device.id : nil
    apply { $0.noteActivity(of: device.user, on: id, now: $1) }
    writeLater(device.user)
  }

  /// Does everything in rooms whose time has come.
  func expireRooms() {
    for effect in rooms.rules.expire(now: time.now) { publish(effect, [:], nil) }
  }

  /// Asks something of all rooms. What is asked must not be kept: it would be copied with the next change.
  func readRooms<Value: Sendable, Failure: Error>(
    _ body: (RoomRules, MembershipIndex) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(rooms.rules, rules.audience.membership)
  }

  // MARK: Telling

  /// Notes what happened for the streams of those whom it concerns.
  private func publish(
    _ effect: RoomEffect, _ stored: [EventID: StoredEvent], _ transaction: TransactionKey?
  ) {
    let membership = rules.audience.membership
    switch effect {
    case .event(let event):
      let added = TimelineEvent(stored[event.id] ?? StoredEvent(event), transaction: transaction)
      rooms.add(added)
      var concerned = membership.joinedMembers(of: event.room)
      if let member = added.member { concerned.insert(member.user) }
      sync.roomsChanged(for: concerned)
    case .redacted(let event): rooms.redact(event)
    case .receipt(let room, let receipt):
      let readers = receipt.kind == .read ? membership.joinedMembers(of: room) : [receipt.user]
      sync.roomsChanged(for: readers)
    case .typing(let room):
      sync.typingChanged(in: room, for: membership.joinedMembers(of: room))
      answerLater()
    case .accountData(let record): sync.roomsChanged(for: [record.user])
    case .sharing(let room, true):
      // By the last event of the room, which all members are told.
      if let position = rooms.rules.room(room)?.position { rooms.sharingBegan(in: room, at: position) }
    // Who sees whom is asked when it is told.
    case .sharing(_, false), .forgotten: break
    }
  }
}

extension RoomDecision {
  /// The state events it adds.
  fileprivate var stateEvents: Set<EventID> {
    Set(
      changes.compactMap { change in
        guard case .event(let event, _) = change, event.stateKey != nil else { return nil }
        return event.id
      })
  }
}
