internal import GRDB
public import Homeserver
public import MatrixWire
internal import Synchronization

/// The store on disk: one SQLite file, readable by its owner alone.
///
/// One connection writes, and reads everything at the start; a few more (`ReaderPool`) answer what is asked of rooms, so
/// that neither waits for the other. The file is this process's own until the store is closed or the process ends; what
/// opens it meanwhile is told `StoreError.Code.inUse`.
public final class SQLiteServerStore: ServerStore {
  private let path: String
  private let file: OpenFile
  private let database: DatabaseQueue
  let readers: ReaderPool
  private let isClosed = Mutex(false)

  /// Opens a file, or creates it, in a folder that is made where there is none. Blocks for up to a second
  /// while another process lets go of it.
  ///
  /// - Parameter path: the database file; beside it there is `path-wal` while it is open.
  /// - Throws: `StoreError`: `foreign` for a database of another program or of a newer porchlight, `inUse` while
  ///   another process has it open, `full`, or `failed` with what the disk said.
  public init(path: String) throws(StoreError) {
    self.path = path
    try DatabaseFile.prepare(path)
    file = try OpenFile(path)
    readers = ReaderPool(path: path)
    do {
      database = try Schema.open(path)
    } catch {
      throw StoreError(error, path)
    }
  }

  public func load(for server: ServerName) async throws(StoreError) -> StoredServer {
    let path = path
    return try await perform { db in
      try db.atomically {
        let starts = try Schema.begin(db, server: server, path)
        return try StoreReader(db: db, path: path).everything(starts: starts)
      }
    }
  }

  public func commit(_ changes: [StoreChange]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    try await perform { db in
      do {
        try db.store(changes)
      } catch let error as DatabaseError where error.mayYieldToCheckpoint {
        // What the write-ahead log holds already can be moved into the database, where it mostly takes up no
        // new room; then the log begins anew in the room it has.
        _ = try? db.checkpoint(.restart)
        try db.store(changes)
      }
    }
  }

  public func close() async {
    await readers.close()
    // Whatever fails here is in the log, and read from there at the next start.
    _ = try? await perform { db in try db.checkpoint(.truncate) }
    isClosed.withLock { $0 = true }
    try? database.close()
    file.release()
  }

  /// Asks for what happened in rooms.
  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (RoomQueries) throws -> Value
  ) async throws(StoreError) -> Value {
    let path = path
    return try await readers.read { db in try body(RoomQueries(reader: StoreReader(db: db, path: path))) }
  }

  /// Runs something on the writer's own queue. A continuation and not GRDB's asynchronous writes: those
  /// roll back when the calling task is cancelled.
  func perform<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      database.asyncWriteWithoutTransaction { [path, self] db in
        guard !isClosed.withLock({ $0 }) else {
          continuation.resume(returning: .failure(StoreError(.closed, "\(path) is closed.")))
          return
        }
        continuation.resume(returning: Result { try body(db) }.mapError { StoreError($0, path) })
      }
    }
    return try result.get()
  }
}

extension Database {
  /// Everything or nothing.
  fileprivate func atomically<Value>(_ body: () throws -> Value) throws -> Value {
    // A rollback that failed has left its transaction open.
    if isInsideTransaction { try rollback() }
    var value: Value?
    try inTransaction(.immediate) {
      value = try body()
      return .commit
    }
    guard let value else { throw DatabaseError(message: "nothing was done") }
    return value
  }

  fileprivate func store(_ changes: [StoreChange]) throws {
    try atomically {
      for change in changes { try write(change) }
    }
  }
}
