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
  public internal(set) var typing = RoomTyping()
  public internal(set) var accountData = RoomAccountData()
  public internal(set) var positions = StreamPositions()
  var transactions = TransactionLog()
  var rooms: [RoomID: Room] = [:]
  /// The rooms that the directory lists.
  public internal(set) var listed = ListedRooms()
  var aliasRecords: [RoomAlias: AliasRecord] = [:]
  private var aliasesByRoom: [RoomID: Set<RoomAlias>] = [:]
  private var receiptsByRoom: [RoomID: RoomReceipts] = [:]

  public init(server: ServerName, hasher: any ContentHasher, limits: RoomLimits = RoomLimits()) {
    (self.server, self.hasher, self.limits) = (server, hasher, limits)
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

  /// Whether an event or a receipt came to a room after a position.
  public func hasNews(in room: RoomID, after position: UInt64) -> Bool {
    rooms[room]?.position ?? 0 > position || receiptsByRoom[room]?.lastPosition ?? 0 > position
  }

  /// The event that the same request made before.
  public func event(of transaction: TransactionKey) -> EventID? { transactions.event(of: transaction) }

  // MARK: Deciding

  /// Decides a command.
  ///
  /// - Parameters:
  ///   - command: what a user wants.
  ///   - index: who is in which room.
  ///   - now: the time.
  /// - Returns: what it does; nothing of it has happened.
  /// - Throws: why it is refused, with the standard code.
  public func decide(
    _ command: RoomCommand, _ index: MembershipIndex, now: Moment
  ) throws(MatrixError) -> RoomDecision {
    var decider = RoomDecider(rules: self, index: index, command: command, now: now)
    try decider.decide()
    return decider.finished
  }

  /// Takes the places of a decision in the stream, right after it was made.
  public mutating func begin(_ decision: RoomDecision) { positions.begin(decision.positions) }

  /// Makes a decision true whose changes are stored.
  ///
  /// - Parameters:
  ///   - decision: what was decided.
  ///   - index: who is in which room: it follows.
  /// - Returns: what happened, in order.
  public mutating func apply(_ decision: RoomDecision, _ index: inout MembershipIndex) -> [RoomEffect] {
    positions.end(decision.positions)
    var effects: [RoomEffect] = []
    for change in decision.changes { effects += apply(change, &index) }
    return effects
  }

  /// Gives up a decision whose changes could not be stored.
  public mutating func abandon(_ decision: RoomDecision) { positions.end(decision.positions) }

  /// Decides and applies at once, where nothing has to be stored in between.
  public mutating func perform(
    _ command: RoomCommand, _ index: inout MembershipIndex, now: Moment
  ) throws(MatrixError) -> [RoomEffect] {
    let decision = try decide(command, index, now: now)
    begin(decision)
    return apply(decision, &index)
  }

  /// A device is gone, and the store has forgotten with it what its requests did.
  public mutating func forgetTransactions(of user: UserID, on device: DeviceID) {
    transactions.removeAll(of: user, device)
  }

  /// What one request did counts no more for its repetition.
  public mutating func forget(_ transaction: TransactionKey) { transactions.remove(transaction) }

  // MARK: Applying

  mutating func apply(_ change: RoomChange, _ index: inout MembershipIndex) -> [RoomEffect] {
    switch change {
    case .event(let event, _): return append(event, &index)
    case .redacted(let event): return redact(event, &index)
    case .forgotten(let record):
      forget(record, &index)
      return [.forgotten(record.room, record.user)]
    default: return apply(change)
    }
  }

  /// Makes a change true that moves nobody.
  mutating func apply(_ change: RoomChange) -> [RoomEffect] {
    switch change {
    case .event, .redacted, .forgotten: break
    case .room(let record):
      rooms[record.room]?.isListed = record.isListed
      keepListed(record.room)
    case .alias(let record): set(record)
    case .removeAlias(let alias): remove(alias)
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

  private mutating func append(_ event: PDU, _ index: inout MembershipIndex) -> [RoomEffect] {
    let user = Self.userNamed(by: event, index)
    if rooms[event.room] == nil {
      rooms[event.room] = Room(event)
    } else {
      rooms.change(event.room) { $0.append(event, user: user) }
    }
    return [.event(event)] + follow(event, user, &index)
  }

  /// What a new state event means for who is where and who sees whom.
  private mutating func follow(
    _ event: PDU, _ user: UserID?, _ index: inout MembershipIndex
  ) -> [RoomEffect] {
    guard let room = rooms[event.room] else { return [] }
    var effects: [RoomEffect] = []
    if let user {
      keepListed(event.room)
      let membership = room.membership(of: user)
      if membership != .join, typing.set(nil, of: user, in: event.room) {
        effects.append(.typing(event.room))
      }
      let isForgotten = room.member(user)?.isForgotten ?? false
      let shares = index.set(isForgotten ? nil : membership, of: user, in: event.room)
      if let shares { effects.append(.sharing(event.room, shares)) }
    } else if event.type == RoomEventType.presenceSharing {
      if let shares = index.set(room.sharing, of: event.room) {
        effects.append(.sharing(event.room, shares))
      }
    }
    return effects
  }

  private mutating func keepListed(_ id: RoomID) {
    if let room = rooms[id] { listed.set(room) }
  }

  /// Whose membership an event is. Of a user's own event it is the ID of its sender, which their sessions have: one that
  /// was read anew from its text is compared byte by byte.
  static func userNamed(by event: PDU, _ index: MembershipIndex = MembershipIndex()) -> UserID? {
    guard event.type == RoomEventType.member, let key = event.stateKey else { return nil }
    if key.utf8.elementsEqual(event.sender.rawValue.utf8) { return event.sender }
    return UserID(key).map { index.known($0) ?? $0 }
  }

  private mutating func redact(_ event: PDU, _ index: inout MembershipIndex) -> [RoomEffect] {
    rooms.change(event.room) { $0.redact(event) }
    return [.redacted(event)] + follow(event, Self.userNamed(by: event, index), &index)
  }

  private mutating func forget(_ record: ForgottenRecord, _ index: inout MembershipIndex) {
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
      && left.transactions == right.transactions && left.listed == right.listed
      && left.positions.last == right.positions.last
  }
}
