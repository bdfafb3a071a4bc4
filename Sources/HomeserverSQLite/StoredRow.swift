internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports

/// One row as it was found, read column by column. Nothing in it is taken for granted.
struct StoredRow {
  private let row: Row
  private let table: String
  private let path: String
  private let users: ReadUserIDs

  init(_ row: Row, table: String, _ path: String, _ users: ReadUserIDs = ReadUserIDs()) {
    self.row = row
    self.table = table
    self.path = path
    self.users = users
  }

  func isNull(_ column: Int) -> Bool { value(column).isNull }

  /// A name that has a grammar.
  func name<Name: WireString>(_ column: Int) throws -> Name {
    guard let name = Name(try text(column)) else { throw unreadable(column) }
    return name
  }

  func name(_ column: Int) throws -> UserID {
    guard let user = UserID(try text(column)) else { throw unreadable(column) }
    return users.shared(user)
  }

  func text(_ column: Int) throws -> String {
    // Without a copy: answers are made of thousands of rows. Text is valid UTF-8 or is not what was written.
    guard row.count > column,
      let text = try row.withUnsafeData(
        atIndex: column, { $0.flatMap { String(validating: $0, as: UTF8.self) } })
    else { throw unreadable(column) }
    return text
  }

  func optionalText(_ column: Int) throws -> String? { isNull(column) ? nil : try text(column) }

  func bytes(_ column: Int) throws -> [UInt8] {
    guard row.count > column, let bytes = try row.withUnsafeData(atIndex: column, { $0.map { Array($0) } })
    else { throw unreadable(column) }
    return bytes
  }

  func count(_ column: Int) throws -> UInt64 {
    guard let count = UInt64(exactly: try number(column)) else { throw unreadable(column) }
    return count
  }

  func optionalCount(_ column: Int) throws -> UInt64? { isNull(column) ? nil : try count(column) }

  func integer(_ column: Int) throws -> Int64 { try number(column) }

  func time(_ column: Int) throws -> WallTime { WallTime(milliseconds: try number(column)) }

  func optionalTime(_ column: Int) throws -> WallTime? { isNull(column) ? nil : try time(column) }

  func flag(_ column: Int) throws -> Bool {
    switch try number(column) {
    case 0: false
    case 1: true
    default: throw unreadable(column)
    }
  }

  /// Says which row and which column cannot be read.
  func unreadable(_ column: Int) -> StoreError {
    let columns = Array(row.columnNames)
    let name = columns.indices.contains(column) ? columns[column] : "column \(column)"
    return StoreError(
      .failed, "\(path): \(name) cannot be read in the row of \(value(0).shown) in the table \(table).")
  }

  private func number(_ column: Int) throws -> Int64 {
    // Checks in the schema can be switched off; sums of what is read must not overflow even then.
    guard case .int64(let number) = value(column).storage, number.magnitude < 1 << 53 else {
      throw unreadable(column)
    }
    return number
  }

  private func value(_ column: Int) -> DatabaseValue {
    row.count > column ? row[column] : .null
  }
}

extension DatabaseValue {
  fileprivate var shown: String {
    switch storage {
    case .string(let text): "'\(text)'"
    case .blob(let data): data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .null: "nobody"
    }
  }
}
