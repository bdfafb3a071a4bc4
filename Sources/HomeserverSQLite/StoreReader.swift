internal import GRDB
internal import Homeserver

/// Reads everything a database holds.
struct StoreReader {
  let db: Database
  let path: String

  func everything(starts: UInt64) throws -> StoredServer {
    var stored = StoredServer()
    stored.starts = starts
    stored.accountRows = try AccountTables.rows(self)
    stored.presenceRows = try PresenceTables.rows(self)
    stored.peerRows = try PeerTables.rows(self)
    stored.decoyKey = try rows("decoy", "key") { try $0.bytes(0) }.first
    return stored
  }

  func rows<Record>(
    _ table: String, _ columns: String, _ record: (StoredRow) throws -> Record
  ) throws -> [Record] {
    var records: [Record] = []
    let cursor = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM \(table)")
    while let row = try cursor.next() { records.append(try record(StoredRow(row, table: table, path))) }
    return records
  }
}
