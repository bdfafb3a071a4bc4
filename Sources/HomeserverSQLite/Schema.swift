internal import GRDB
internal import Homeserver
internal import MatrixWire

/// How a database is opened, and its tables.
enum Schema {
  /// Says in the file's header whose database it is: "prch".
  private static let applicationID: Int64 = 0x7072_6368
  /// The write-ahead log is cut back to this when it has grown beyond.
  private static let largestLog: Int64 = 4 << 20

  static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "porchlight.store"
    // A server that ends lets go of the file a moment after its successor may have started.
    configuration.busyMode = .timeout(1)
    // A transaction that a full disk kept from being rolled back is rolled back before the next one; without
    // this GRDB would end the process.
    configuration.allowsUnsafeTransactions = true
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try database.inDatabase { db in
      try checkOwner(db, path)
      try set(db, "journal_mode", to: "WAL", reading: .text("wal"), path)
      try set(db, "synchronous", to: "FULL", reading: .number(2), path)
      try set(db, "journal_size_limit", to: "\(largestLog)", reading: .number(largestLog), path)
    }
    try migrator.migrate(database)
    // What an earlier life left in its log moves into the database, where there is room for it.
    database.inDatabase { db in _ = try? db.checkpoint(.truncate) }
    return database
  }

  /// Opens a connection beside the writer's. It changes nothing, and sorts in memory: a full disk hinders no reader.
  static func openReader(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "porchlight.store.reader"
    configuration.prepareDatabase { db in
      try set(db, "query_only", to: "1", reading: .number(1), path)
      try set(db, "temp_store", to: "memory", reading: .number(2), path)
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Counts a start, and returns how many there were.
  ///
  /// - Throws: `StoreError.Code.foreign` where the database is another server's.
  static func begin(_ db: Database, server: ServerName, _ path: String) throws -> UInt64 {
    guard let row = try Row.fetchOne(db, sql: "SELECT server_name, starts FROM meta") else {
      try db.execute(
        sql: "INSERT INTO meta (id, server_name, starts) VALUES (1, ?, 1)", arguments: [server.rawValue])
      return 1
    }
    let reading = StoredRow(row, table: "meta", path)
    let owner: ServerName = try reading.name(0)
    guard owner == server else {
      throw StoreError(.foreign, "The database \(path) belongs to the server \(owner), not to \(server).")
    }
    try db.execute(sql: "UPDATE meta SET starts = starts + 1")
    return try reading.count(1) + 1
  }

  // MARK: Opening

  private enum Reading {
    case text(String)
    case number(Int64)
  }

  /// Sets what the promises of the store hang on, and reads it back: SQLite keeps silent about what it does
  /// not do.
  private static func set(
    _ db: Database, _ pragma: String, to value: String, reading expected: Reading, _ path: String
  ) throws {
    try db.execute(sql: "PRAGMA \(pragma) = \(value)")
    let found = try Row.fetchOne(db, sql: "PRAGMA \(pragma)").map { $0[0] as DatabaseValue }
    let holds =
      switch (expected, found?.storage) {
      case (.text(let text), .string(let found)): text == found.asciiLowercased
      case (.number(let number), .int64(let found)): number == found
      default: false
      }
    guard holds else {
      throw StoreError(
        .failed,
        "The database \(path) cannot be used: \(pragma) is \(found?.description ?? "unset"), not \(value).")
    }
  }

  private static func checkOwner(_ db: Database, _ path: String) throws {
    let tables = try String.fetchSet(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
    let owner = try Int64.fetchOne(db, sql: "PRAGMA application_id")
    // A server that was killed while it made its first tables has left a file without an owner.
    guard owner == applicationID || (owner == 0 && tables.isSubset(of: ["grdb_migrations"])) else {
      throw StoreError(.foreign, "\(path) is the database of another program.")
    }
    guard try !migrator.hasBeenSuperseded(db) else {
      throw StoreError(.foreign, "The database \(path) was written by a newer porchlight.")
    }
  }

  // MARK: Tables

  /// Each in one transaction, of the tables of every domain. Never edited after a release; what changes comes as a
  /// migration of its own.
  ///
  /// Free text is kept as bytes: SQLite's own text ends at a NUL. Names are text, compared byte by byte. Times are
  /// milliseconds since 1970, and like every count far from where sums overflow. Longer lists of values are written out:
  /// with IN, SQLite makes a temporary table for every row it checks.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
    migrator.registerMigration("1") { db in
      for tables in [meta, AccountTables.first, PresenceTables.first] { try db.execute(sql: tables) }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    migrator.registerMigration("2") { db in
      for tables in [PresenceTables.second, PeerTables.second] { try db.execute(sql: tables) }
    }
    migrator.registerMigration("3") { db in
      for tables in [AccountTables.third, decoy] { try db.execute(sql: tables) }
    }
    migrator.registerMigration("4") { db in try db.execute(sql: PresenceTables.fourth) }
    migrator.registerMigration("5") { db in try db.execute(sql: RoomTables.fifth) }
    migrator.registerMigration("6") { db in try db.execute(sql: RoomTables.sixth) }
    return migrator
  }

  private static let meta = """
    CREATE TABLE meta (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      server_name TEXT NOT NULL,
      starts INTEGER NOT NULL CHECK (starts BETWEEN 1 AND 9007199254740991)
    ) STRICT;
    """

  /// The key from which the appearance of names without an account is drawn (`StoredServer.decoyKey`): made here, so that
  /// older databases have one too.
  private static let decoy = """
    CREATE TABLE decoy (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      key BLOB NOT NULL CHECK (length(key) = 32)
    ) STRICT;
    INSERT INTO decoy (id, key) VALUES (1, randomblob(32));
    """
}
