public import MatrixWire

/// The rows of rooms in memory, by their keys: a store without a disk.
public struct MemoryRooms: Sendable {
  private struct Place: Hashable, Sendable {
    let room: RoomID
    let user: UserID
  }

  private struct ReceiptKey: Hashable, Sendable {
    let place: Place
    let kind: RoomReceipt.Kind
    /// Bytes: Swift's own `==` holds canonically equivalent texts for one.
    let thread: [UInt8]?
  }

  private struct DataKey: Hashable, Sendable {
    let place: Place
    let type: [UInt8]
  }

  private var rooms: [RoomID: RoomRecord] = [:]
  private var timelines: [RoomID: MemoryTimeline] = [:]
  private var ends: [EventID: RoomEnd] = [:]
  private var aliases: [RoomAlias: AliasRecord] = [:]
  private var forgotten: [Place: ForgottenRecord] = [:]
  private var receipts: [ReceiptKey: ReceiptRecord] = [:]
  private var accountData: [DataKey: RoomDataRecord] = [:]
  private var transactions: [TransactionKey: TransactionRecord] = [:]

  public init() {}

  public mutating func apply(_ change: RoomChange) {
    switch change {
    case .room(let record): rooms[record.room] = record
    case .event(let event, _), .redacted(let event):
      ends[event.id] = RoomEnd(event)
      timelines[event.room, default: MemoryTimeline()].set(event)
    case .alias(let record): aliases[record.alias] = record
    case .removeAlias(let alias): aliases[alias] = nil
    case .forgotten(let record): forgotten[Place(room: record.room, user: record.user)] = record
    case .receipt(let record):
      let receipt = record.receipt
      let place = Place(room: record.room, user: receipt.user)
      let thread = receipt.thread.map { Array($0.utf8) }
      receipts[ReceiptKey(place: place, kind: receipt.kind, thread: thread)] = record
    case .accountData(let record):
      let place = Place(room: record.room, user: record.user)
      accountData[DataKey(place: place, type: Array(record.type.utf8))] = record
    case .transaction(let record): transactions[record.key] = record
    case .removeTransaction(let key): transactions[key] = nil
    }
  }

  /// A device is gone, and what its requests did is of no use any more.
  public mutating func removeTransactions(of user: UserID, on device: DeviceID) {
    transactions = transactions.filter { $0.key.user != user || $0.key.device != device }
  }

  /// What is read at the start, in the order that hashing happens to give.
  public var rows: RoomRows {
    var rows = RoomRows()
    rows.rooms = Array(rooms.values)
    rows.state = timelines.values.flatMap { $0.state(at: .max) }
    rows.joins = Dictionary(timelines.values.flatMap(\.joins)) { $1 }
    rows.ends = timelines.values.compactMap { $0.events.last.map { RoomEnd($0) } }
    rows.aliases = Array(aliases.values)
    rows.forgotten = Array(forgotten.values)
    rows.receipts = Array(receipts.values)
    rows.accountData = Array(accountData.values)
    rows.transactions = Array(transactions.values)
    return rows
  }

  // MARK: Events

  /// Events by their IDs, of any rooms; those that are not there are missing.
  public func events(_ ids: Set<EventID>) -> [EventID: StoredEvent] {
    var found: [EventID: StoredEvent] = [:]
    for id in ids {
      guard let event = event(id) else { continue }
      found[id] = stored(event)
    }
    return found
  }

  /// One page of a timeline.
  public func timeline(_ page: TimelinePage) -> [StoredEvent] {
    let limit = max(page.limit, 0)
    let events = timelines[page.room]?.events(in: page.range) ?? []
    return switch page.direction {
    case .forward: events.prefix(limit).map(stored)
    case .backward: events.suffix(limit).reversed().map(stored)
    }
  }

  /// The newest events of many rooms, each in its range, oldest first; rooms without any are missing.
  public func newestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) -> [RoomID: [StoredEvent]] {
    found(rooms) { timeline, range in timeline.events(in: range).suffix(max(limit, 0)) }
  }

  /// The newest messages of many rooms that count as unread, each in its range, oldest first; rooms without any are
  /// missing.
  public func newestMessages(in rooms: [RoomID: TimelineRange], limit: Int) -> [RoomID: [PDU]] {
    var found: [RoomID: [PDU]] = [:]
    for (room, range) in rooms {
      let messages = (timelines[room]?.events(in: range) ?? []).filter(\.isMessage).suffix(max(limit, 0))
      if !messages.isEmpty { found[room] = Array(messages) }
    }
    return found
  }

  /// The oldest events of many rooms together, each in its range, oldest first.
  public func oldestEvents(in rooms: [RoomID: TimelineRange], limit: Int) -> [StoredEvent] {
    rooms.flatMap { room, range in (timelines[room]?.events(in: range) ?? []).prefix(max(limit, 0)) }
      .sorted { $0.position < $1.position }.prefix(max(limit, 0)).map(stored)
  }

  /// The state of rooms right after `through`, without what has been so since `after`; rooms without any are missing.
  public func state(of rooms: [RoomID: TimelineRange]) -> [RoomID: [StoredEvent]] {
    found(rooms) { timeline, range in
      timeline.state(at: range.through).filter { $0.position > range.after }
        .sorted { $0.position < $1.position }
    }
  }

  /// The events that decide what a user may see of rooms, oldest first; rooms without any are missing.
  public func visibility(of rooms: Set<RoomID>, for user: UserID) -> [RoomID: [PDU]] {
    var found: [RoomID: [PDU]] = [:]
    for room in rooms {
      guard let timeline = timelines[room] else { continue }
      let rules = timeline.history(of: StateKey(RoomEventType.historyVisibility))
      let events = timeline.turns(of: user.rawValue) + rules
      if !events.isEmpty { found[room] = events.sorted { $0.position < $1.position } }
    }
    return found
  }

  private func event(_ id: EventID) -> PDU? {
    ends[id].flatMap { timelines[$0.room]?.event(at: $0.position) }
  }

  private func stored(_ event: PDU) -> StoredEvent {
    StoredEvent(
      event, replaced: timelines[event.room]?.replaced(by: event),
      redaction: event.redactedBy.flatMap { self.event($0) })
  }

  private func found(
    _ rooms: [RoomID: TimelineRange], _ events: (MemoryTimeline, TimelineRange) -> some Sequence<PDU>
  ) -> [RoomID: [StoredEvent]] {
    var found: [RoomID: [StoredEvent]] = [:]
    for (room, range) in rooms {
      guard let timeline = timelines[room] else { continue }
      let events = events(timeline, range).map(stored)
      if !events.isEmpty { found[room] = events }
    }
    return found
  }
}
