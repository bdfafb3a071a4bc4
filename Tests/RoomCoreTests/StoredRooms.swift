import MatrixWire
import RoomCore

/// A store of rooms in memory, which says what a store on disk has to do.
struct StoredRooms {
  private struct ReceiptPlace: Hashable {
    let room: RoomID
    let user: UserID
    let kind: RoomReceipt.Kind
    let thread: String?
  }

  private struct DataPlace: Hashable {
    let user: UserID
    let room: RoomID
    let type: String
  }

  private struct StatePlace: Hashable {
    let room: RoomID
    let key: StateKey
  }

  private(set) var events: [EventID: PDU] = [:]
  private var rooms: [RoomID: RoomRecord] = [:]
  private var aliases: [RoomAlias: AliasRecord] = [:]
  private var forgotten: Set<ForgottenRecord> = []
  private var receipts: [ReceiptPlace: ReceiptRecord] = [:]
  private var accountData: [DataPlace: RoomDataRecord] = [:]
  private var transactions: [TransactionKey: TransactionRecord] = [:]

  mutating func store(_ change: RoomChange) {
    switch change {
    case .room(let record): rooms[record.room] = record
    case .event(let event): events[event.id] = event
    case .alias(let record): aliases[record.alias] = record
    case .removeAlias(let alias): aliases[alias] = nil
    case .forgotten(let record): forgotten.insert(record)
    case .receipt(let record):
      let receipt = record.receipt
      let place = ReceiptPlace(
        room: record.room, user: receipt.user, kind: receipt.kind, thread: receipt.thread)
      receipts[place] = record
    case .accountData(let record):
      accountData[DataPlace(user: record.user, room: record.room, type: record.type)] = record
    case .transaction(let record): transactions[record.key] = record
    case .removeTransaction(let key): transactions[key] = nil
    }
  }

  /// What is read at the start, in the order that hashing happens to give.
  var rows: RoomRows {
    var rows = RoomRows()
    rows.rooms = Array(rooms.values)
    var state: [StatePlace: PDU] = [:]
    var ends: [RoomID: PDU] = [:]
    for event in events.values {
      if event.position > ends[event.room]?.position ?? 0 { ends[event.room] = event }
      guard let key = event.stateKey else { continue }
      let place = StatePlace(room: event.room, key: StateKey(event.type, key))
      if event.position > state[place]?.position ?? 0 { state[place] = event }
    }
    rows.state = Array(state.values)
    rows.ends = ends.values.map { RoomEnd($0) }
    rows.aliases = Array(aliases.values)
    rows.forgotten = Array(forgotten)
    rows.receipts = Array(receipts.values)
    rows.accountData = Array(accountData.values)
    rows.transactions = Array(transactions.values)
    return rows
  }
}
