internal import FoundationEssentials
internal import GRDB
internal import Homeserver

/// The tables of one domain of the store: how its changes are written, and how all its rows are read.
///
/// One writer commits the changes of all domains in one transaction. Every row is written by an upsert and never
/// replaced: replacing a device would take its tokens along.
protocol StoreDomain {
  associatedtype Change
  associatedtype Rows

  /// Writes one change, within a transaction.
  static func write(_ change: Change, to db: Database) throws
  /// Reads everything. Rows that were written by hand are either understood or named in an error.
  static func rows(_ reader: StoreReader) throws -> Rows
}

extension StoreDomain {
  static func upsert(
    _ table: String, _ keys: [String], _ columns: [String], rows: String? = nil,
    where condition: String? = nil
  ) -> String {
    let all = keys + columns
    let values = "VALUES (" + all.map { _ in "?" }.joined(separator: ", ") + ")"
    let changes = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    return "INSERT INTO \(table) (\(all.joined(separator: ", "))) \(rows ?? values) "
      + "ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(changes)"
      + (condition.map { " WHERE \($0)" } ?? "")
  }
}

extension Database {
  /// Writes one change, within a transaction.
  func write(_ change: StoreChange) throws {
    switch change {
    case .accounts(let change): try AccountTables.write(change, to: self)
    case .presence(let change): try PresenceTables.write(change, to: self)
    case .peers(let change): try PeerTables.write(change, to: self)
    case .rooms(let change): try RoomTables.write(change, to: self)
    }
  }

  func run(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
    try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
  }
}

extension String {
  /// Its bytes, a NUL included.
  var blob: Data { Data(utf8) }
}

extension [UInt8] {
  var blob: Data { Data(self) }
}

extension UInt64 {
  /// SQLite counts to half as far.
  var storable: Int64 {
    get throws {
      guard let number = Int64(exactly: self) else {
        throw StoreError(.failed, "The number \(self) is too large to be stored.")
      }
      return number
    }
  }
}
