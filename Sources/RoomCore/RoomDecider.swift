internal import MatrixWire
internal import Ports

/// Decides one command, on rules that it only reads.
struct RoomDecider {
  let rules: RoomRules
  /// Who is in which room.
  let index: MembershipIndex
  let command: RoomCommand
  let now: Moment
  var decision: RoomDecision
  /// The room that events are added to, as it will be.
  private var current: Room?
  /// The last event added, which `current` has not seen: most commands add one, and need no changed copy of a room.
  private var unseen: PDU?
  private var nextPosition: UInt64

  init(rules: RoomRules, index: MembershipIndex, command: RoomCommand, now: Moment) {
    (self.rules, self.index, self.command, self.now) = (rules, index, command, now)
    nextPosition = rules.positions.last + 1
    decision = RoomDecision(positions: nextPosition..<nextPosition)
  }

  var sender: UserID { command.sender }
  var limits: RoomLimits { rules.limits }

  /// The decision with all its places.
  var finished: RoomDecision {
    var decision = decision
    decision.positions = decision.positions.lowerBound..<nextPosition
    return decision
  }

  mutating func decide() throws(MatrixError) {
    if let transaction = command.transaction, let event = rules.event(of: transaction) {
      decision.event = event
      return
    }
    switch command.action {
    case .create(let creation): try create(creation)
    case .join(let room, let profile, let content): try join(room, profile, content)
    case .knock(let room, let profile, let content): try knock(room, profile, content)
    case .leave(let room, let content): try leave(room, content)
    case .forget(let room): try forget(room)
    case .invite(let room, let target): try invite(room, target)
    case .kick(let room, let target): try kick(room, target)
    case .ban(let room, let target): try ban(room, target)
    case .unban(let room, let target): try unban(room, target)
    case .setState(let room, let key, let content, let profile): try setState(room, key, content, profile)
    case .send(let room, let type, let content): try send(room, type, content)
    case .redact(let event, let reason): try redact(event, reason)
    case .setAlias(let alias, let room): try setAlias(alias, room)
    case .removeAlias(let alias): try removeAlias(alias)
    case .setListed(let room, let isListed): try setListed(room, isListed)
    case .setProfile(let profile, let rooms): setProfile(profile, rooms)
    case .setReceipt(let room, let receipt): try setReceipt(room, receipt)
    case .setReadMarker(let room, let event, let before): try setReadMarker(room, event, before)
    case .setAccountData(let room, let type, let content):
      try setAccountData(room, type: type, content: content)
    case .setTag(let room, let tag, let body): try setTag(room, tag, body)
    }
    if let transaction = command.transaction, let event = decision.event { remember(transaction, event) }
  }

  private mutating func remember(_ transaction: TransactionKey, _ event: EventID) {
    for oldest in rules.transactions.surplus(with: transaction, most: limits.transactions) {
      add(.removeTransaction(oldest))
    }
    let number = rules.transactions.lastNumber + 1
    add(.transaction(TransactionRecord(key: transaction, event: event, number: number)))
  }

  // MARK: Rooms

  /// Goes to a room.
  ///
  /// - Throws: `M_NOT_FOUND` where there is none.
  mutating func enter(_ id: RoomID) throws(MatrixError) -> Room {
    guard let room = rules.rooms[id] else {
      throw MatrixError(
        .notFound,
        "This server has no room \(id). It has rooms of its own only, and cannot join those of others.")
    }
    return enter(room)
  }

  mutating func enter(_ room: Room) -> Room {
    decision.room = room.id
    (current, unseen) = (room, nil)
    return room
  }

  /// Goes to a room that the sender is in. Whether there are others is nobody else's business.
  ///
  /// - Throws: `M_FORBIDDEN` for everybody else.
  mutating func enterAsMember(_ id: RoomID) throws(MatrixError) -> Room {
    guard let room = rules.rooms[id], room.membership(of: sender) == .join else {
      throw .notInRoom(sender, id)
    }
    return enter(room)
  }

  /// Begins a room that there was none of.
  mutating func found(_ id: RoomID) { decision.room = id }

  // MARK: Adding

  mutating func add(_ change: RoomChange) { decision.changes.append(change) }

  mutating func nextPlace() -> UInt64 {
    defer { nextPosition += 1 }
    return nextPosition
  }

  /// What was asked for is so already, by this event.
  mutating func keep(_ event: EventID?) { decision.event = event }

  /// Adds an event to the current room, where its rules allow it.
  ///
  /// - Parameters:
  ///   - draft: what is said.
  ///   - code: what a refusal by the rules is.
  /// - Throws: that refusal, or why it can be no event.
  mutating func append(_ draft: EventDraft, orRefuse code: ErrorCode = .forbidden) throws(MatrixError) {
    see()
    guard let room = current else { return }
    let authorization = RoomAuthorization(room)
    do throws(AuthorizationRefusal) {
      try authorization.check(draft)
    } catch {
      throw MatrixError(code, error.reason)
    }
    try checkMemberCount(draft, room)
    add(
      try PDU.make(
        PDU.Parts(
          room: room.id, draft: draft, timestamp: now.wall, depth: min(room.depth + 1, EventID.deepest),
          previous: [room.lastEvent], authorizing: authorization.authorizingEvents(of: draft),
          position: nextPosition), rules.hasher))
  }

  /// Adds the first event of a room.
  mutating func appendFirst(_ draft: EventDraft, of room: RoomID) throws(MatrixError) {
    let parts = PDU.Parts(
      room: room, draft: draft, timestamp: now.wall, depth: 1, previous: [], authorizing: [],
      position: nextPosition)
    add(try PDU.make(parts, rules.hasher))
  }

  /// Adds an event, whose place is then taken: one that is refused leaves no gap.
  private mutating func add(_ new: (event: PDU, links: EventLinks)) {
    let event = new.event
    nextPosition = event.position + 1
    add(.event(event, new.links))
    decision.event = event.id
    unseen = event
  }

  /// Lets the current room see the last event.
  private mutating func see() {
    guard let event = unseen else { return }
    unseen = nil
    if current == nil { current = Room(event) } else { current?.append(event) }
  }
}

extension EventID {
  /// Events may be no deeper: what is beyond is not exact in JSON.
  static let deepest = CanonicalJSON.exactIntegers.upperBound
}
