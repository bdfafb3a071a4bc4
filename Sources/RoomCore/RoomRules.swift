public import MatrixWire
public import Ports

/// The rooms of one homeserver: their state, who is in them, and what users keep about them.
///
/// A value. `decide` reads and changes nothing; `begin`, `apply` and `abandon` are the steps of what it returns. Nothing
/// here waits, reads a clock or draws a random number.
public struct RoomRules: Sendable {
  /// The server whose rooms these are.
  public let server: ServerName
  public let limits: RoomLimits
  let hasher: any ContentHasher
  public internal(set) var index: MembershipIndex
  public internal(set) var typing = RoomTyping()
  public internal(set) var accountData = RoomAccountData()
  public internal(set) var positions = StreamPositions()
  var transactions = TransactionLog()
  var rooms: [RoomID: Room] = [:]
  var aliasRecords: [RoomAlias: AliasRecord] = [:]
  private var aliasesByRoom: [RoomID: Set<RoomAlias>] = [:]
  private var receiptsByRoom: [RoomID: RoomReceipts] = [:]

  public init(
    server: ServerName, hasher: any ContentHasher, sharing: PresenceSharing = PresenceSharing(),
    limits: RoomLimits = RoomLimits()
  ) {
    (self.server, self.hasher, self.limits) = (server, hasher, limits)
    index = MembershipIndex(sharing)
  }

  // MARK: Asking

  public func room(_ id: RoomID) -> Room? { rooms[id] }

  /// All rooms, in no order.
  public var allRooms: some Collection<Room> { rooms.values }

  public func room(of alias: RoomAlias) -> RoomID? { aliasRecords[alias]?.room }

  /// The aliases of a room, in the order of their code points.
  public func aliases(of room: RoomID) -> [RoomAlias] {
    (aliasesByRoom[room] ?? []).sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
  }

  public func receipts(in room: RoomID) -> RoomReceipts { receiptsByRoom[room] ?? RoomReceipts() }

  /// The event that the same request made before.
  public func event(of transaction: TransactionKey) -> EventID? { transactions.event(of: transaction) }

  // MARK: Deciding

  /// Decides a command.
  ///
  /// - Throws: why it is refused, with the standard code.
  public func decide(_ command: RoomCommand, now: Moment) throws(MatrixError) -> RoomDecision {
    var decider = RoomDecider(rules: self, command: command, now: now)
    try decider.decide()
    return decider.finished
  }

  /// Whether the rooms and aliases that a decision was made of are still as they were.
  public func isCurrent(_ decision: RoomDecision) -> Bool {
    decision.bases.allSatisfy { rooms[$0.key]?.lastEvent == $0.value }
      && decision.aliases.allSatisfy { aliasRecords[$0.key] == $0.value }
  }

  /// Takes the places of a decision in the stream, right after it was made.
  public mutating func begin(_ decision: RoomDecision) { positions.begin(decision.positions) }

  /// Makes a decision true whose changes are stored.
  public mutating func apply(_ decision: RoomDecision) -> [RoomEffect] {
    positions.end(decision.positions)
    var effects: [RoomEffect] = []
    for change in decision.changes { effects += apply(change) }
    return effects
  }

  /// Gives up a decision whose changes could not be stored.
  public mutating func abandon(_ decision: RoomDecision) { positions.end(decision.positions) }

  /// Decides and applies at once, where nothing has to be stored in between.
  public mutating func perform(_ command: RoomCommand, now: Moment) throws(MatrixError) -> [RoomEffect] {
    let decision = try decide(command, now: now)
    begin(decision)
    return apply(decision)
  }

  // MARK: Applying

  mutating func apply(_ change: RoomChange) -> [RoomEffect] {
    switch change {
    case .room(let record):
      rooms[record.room]?.isListed = record.isListed
      return []
    case .event(let event): return event.redactedBy == nil ? append(event) : redact(event)
    case .alias(let record): set(record)
    case .removeAlias(let alias): remove(alias)
    case .forgotten(let record):
      forget(record)
      return [.forgotten(record.room, record.user)]
    case .receipt(let record):
      receiptsByRoom[record.room, default: RoomReceipts()].set(record.receipt)
      return [.receipt(record.room, record.receipt)]
    case .accountData(let record):
      accountData.set(record)
      return [.accountData(record)]
    case .transaction(let record): transactions.add(record)
    case .removeTransaction(let key): transactions.remove(key)
    }
    return []
  }

  private mutating func append(_ event: PDU) -> [RoomEffect] {
    let user = userNamed(by: event)
    if rooms[event.room] == nil {
      rooms[event.room] = Room(event)
    } else {
      rooms.change(event.room) { $0.append(event, user: user) }
    }
    return [.event(event)] + follow(event, user)
  }

  /// What a new state event means for who is where and who sees whom.
  private mutating func follow(_ event: PDU, _ user: UserID?) -> [RoomEffect] {
    guard let room = rooms[event.room] else { return [] }
    var effects: [RoomEffect] = []
    if let user {
      let membership = room.membership(of: user)
      if membership != .join, typing.set(nil, of: user, in: event.room) {
        effects.append(.typing(event.room))
      }
      let isForgotten = room.member(user)?.isForgotten ?? false
      let change = index.set(isForgotten ? nil : membership, of: user, in: event.room)
      if !change.isEmpty { effects.append(.sharing(change)) }
    } else if event.type == RoomEventType.presenceSharing {
      let change = index.set(room.sharing, of: event.room)
      if !change.isEmpty { effects.append(.sharing(change)) }
    }
    return effects
  }

  /// Whose membership an event is.
  func userNamed(by event: PDU) -> UserID? {
    guard event.type == RoomEventType.member, let user = event.stateKey.flatMap({ UserID($0) }) else {
      return nil
    }
    return index.known(user) ?? user
  }

  private mutating func redact(_ event: PDU) -> [RoomEffect] {
    rooms.change(event.room) { $0.redact(event) }
    return [.redacted(event)] + follow(event, userNamed(by: event))
  }

  private mutating func forget(_ record: ForgottenRecord) {
    rooms.change(record.room) { $0.forget(record.user, record.event) }
    guard rooms[record.room]?.member(record.user)?.isForgotten ?? false else { return }
    _ = index.set(nil, of: record.user, in: record.room)
  }

  mutating func set(_ record: AliasRecord) {
    remove(record.alias)
    aliasRecords[record.alias] = record
    aliasesByRoom[record.room, default: []].insert(record.alias)
  }

  private mutating func remove(_ alias: RoomAlias) {
    guard let record = aliasRecords.removeValue(forKey: alias) else { return }
    aliasesByRoom[record.room]?.remove(alias)
    if aliasesByRoom[record.room]?.isEmpty ?? false { aliasesByRoom[record.room] = nil }
  }

  mutating func set(_ room: Room) { rooms[room.id] = room }
}

extension RoomRules: Equatable {
  /// Whether they say the same of everything that is stored.
  public static func == (left: Self, right: Self) -> Bool {
    left.server == right.server && left.rooms == right.rooms && left.aliasRecords == right.aliasRecords
      && left.receiptsByRoom == right.receiptsByRoom && left.accountData == right.accountData
      && left.transactions == right.transactions && left.positions.last == right.positions.last
      && left.index == right.index
  }
}
