internal import GRDB
internal import Homeserver
internal import MatrixWire

/// Reads what a database holds.
struct StoreReader {
  let db: Database
  let path: String
  private let users = ReadUserIDs()

  init(db: Database, path: String) { (self.db, self.path) = (db, path) }

  /// What there is of a server but the timelines of its rooms.
  func everything(starts: UInt64) throws -> StoredServer {
    var stored = StoredServer()
    stored.starts = starts
    stored.accountRows = try AccountTables.rows(self)
    stored.presenceRows = try PresenceTables.rows(self)
    stored.peerRows = try PeerTables.rows(self)
    stored.roomRows = try RoomTables.rows(self)
    stored.decoyKey = try rows("decoy", "key") { try $0.bytes(0) }.first
    return stored
  }

  func rows<Record>(
    _ table: String, _ columns: String, _ record: (StoredRow) throws -> Record
  ) throws -> [Record] {
    var records: [Record] = []
    try read(table, "SELECT \(columns) FROM \(table)") { records.append(try record($0)) }
    return records
  }

  /// Goes through what a statement finds; errors name the table.
  func read(
    _ table: String, _ sql: String, _ values: [any DatabaseValueConvertible] = [],
    _ body: (StoredRow) throws -> Void
  ) throws {
    let statement = try db.cachedStatement(sql: sql)
    let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
    while let row = try cursor.next() { try body(StoredRow(row, table: table, path, users)) }
  }
}

/// The user IDs that were read, each once: whatever holds the same one is compared at the first look, and takes no room
/// of its own.
final class ReadUserIDs {
  private var users: Set<UserID> = []

  /// The one that was read before, where there is one.
  func shared(_ user: UserID) -> UserID { users.insert(user).memberAfterInsert }
}
