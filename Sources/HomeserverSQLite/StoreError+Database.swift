internal import GRDB
internal import Homeserver

extension StoreError {
  /// What an error of the database means to an operator: the one place where such errors are told apart.
  init(_ error: any Error, _ path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.failed, "\(path): \(error)")
      return
    }
    let said = error.message ?? "error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL:
      self.init(.full, "The disk is full: \(path) could not be written.")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.inUse, "Another process has \(path) open.")
    case .SQLITE_NOTADB:
      self.init(.failed, "\(path) is not a database.")
    case .SQLITE_CORRUPT:
      self.init(.failed, "The database \(path) is damaged: \(said).")
    case .SQLITE_CONSTRAINT:
      self.init(.failed, "The database \(path) refused a change: \(said).")
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_READ:
      self.init(.failed, "\(path) could not be read: \(said).")
    case .SQLITE_IOERR:
      self.init(.failed, "\(path) could not be written: \(said).")
    default:
      self.init(.failed, "\(path): \(said).")
    }
  }
}

extension DatabaseError {
  /// Whether the write-ahead log could not grow: no room, or as large as a file may be.
  var mayYieldToCheckpoint: Bool {
    resultCode == .SQLITE_FULL || extendedResultCode == .SQLITE_IOERR_WRITE
  }
}
