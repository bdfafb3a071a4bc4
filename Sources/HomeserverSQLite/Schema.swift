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
      try set(db, "locking_mode", to: "exclusive", reading: .text("exclusive"), path)
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

  /// Never edited after a release; what changes comes as a migration of its own.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
    migrator.registerMigration("1") { db in
      try db.execute(sql: first)
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    migrator.registerMigration("2") { db in try db.execute(sql: second) }
    migrator.registerMigration("3") { db in try db.execute(sql: third) }
    migrator.registerMigration("4") { db in try db.execute(sql: fourth) }
    return migrator
  }

  /// What others are shown of the profile of a user who hides or appears offline. For users who do already, what is
  /// shown was not kept: it is frozen as it is.
  private static let fourth = """
    ALTER TABLE presence ADD COLUMN is_profile_frozen INTEGER NOT NULL DEFAULT 0
      CHECK (is_profile_frozen IN (0, 1));
    ALTER TABLE presence ADD COLUMN frozen_display_name BLOB;
    ALTER TABLE presence ADD COLUMN frozen_avatar_url BLOB;

    UPDATE presence SET
      is_profile_frozen = 1,
      frozen_display_name = (SELECT display_name FROM account WHERE account.user = presence.user),
      frozen_avatar_url = (SELECT avatar_url FROM account WHERE account.user = presence.user)
      WHERE choice = 'hidden' OR choice = 'offline';
    """

  /// Profile fields beside name and picture, and the key from which the appearance of names without an account is drawn
  /// (`StoredServer.decoyKey`): made here, so that older databases have one too.
  private static let third = """
    CREATE TABLE profile_field (
      user TEXT NOT NULL,
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
      value BLOB NOT NULL,
      PRIMARY KEY (user, name)
    ) STRICT;

    CREATE TABLE decoy (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      key BLOB NOT NULL CHECK (length(key) = 32)
    ) STRICT;
    INSERT INTO decoy (id, key) VALUES (1, randomblob(32));
    """

  /// Other servers: relations with them, and what they have to be told.
  private static let second = """
    CREATE TABLE life (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 9007199254740991)
    ) STRICT;

    ALTER TABLE presence ADD COLUMN last_hidden INTEGER CHECK (abs(last_hidden) <= 9007199254740991);

    CREATE TABLE question (
      owner TEXT NOT NULL,
      observed TEXT NOT NULL,
      open INTEGER CHECK (abs(open) <= 9007199254740991),
      declined INTEGER CHECK (abs(declined) <= 9007199254740991),
      PRIMARY KEY (owner, observed),
      CHECK (open IS NOT NULL OR declined IS NOT NULL)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE peer (
      name TEXT NOT NULL PRIMARY KEY,
      is_subscribed INTEGER NOT NULL CHECK (is_subscribed IN (0, 1)),
      order_epoch INTEGER CHECK (order_epoch BETWEEN 0 AND 9007199254740991),
      order_number INTEGER CHECK (order_number BETWEEN 0 AND 9007199254740991),
      CHECK ((order_epoch IS NULL) = (order_number IS NULL))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE unsent (
      observer TEXT NOT NULL,
      observed TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('invite', 'accept', 'deny', 'drop')),
      question INTEGER CHECK (abs(question) <= 9007199254740991),
      PRIMARY KEY (observer, observed)
    ) STRICT, WITHOUT ROWID;
    """

  /// Free text is kept as bytes: SQLite's own text ends at a NUL. Names are text, compared byte by byte. Times
  /// are milliseconds since 1970, and like every count far from where sums overflow. Longer lists of values are
  /// written out: with IN, SQLite makes a temporary table for every row it checks.
  private static let first = """
    CREATE TABLE meta (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      server_name TEXT NOT NULL,
      starts INTEGER NOT NULL CHECK (starts BETWEEN 1 AND 9007199254740991)
    ) STRICT;

    CREATE TABLE account (
      user TEXT NOT NULL PRIMARY KEY,
      password_hash BLOB,
      created_at INTEGER NOT NULL CHECK (abs(created_at) <= 9007199254740991),
      display_name BLOB,
      avatar_url BLOB
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE presence (
      user TEXT NOT NULL PRIMARY KEY,
      choice TEXT NOT NULL CHECK (
        choice = 'online' OR choice = 'free_for_chat' OR choice = 'busy' OR choice = 'unavailable'
        OR choice = 'hidden' OR choice = 'offline'),
      status BLOB,
      last_active INTEGER NOT NULL CHECK (abs(last_active) <= 9007199254740991),
      frozen_status BLOB,
      frozen_last_active INTEGER CHECK (abs(frozen_last_active) <= 9007199254740991),
      CHECK ((choice = 'hidden') = (frozen_last_active IS NOT NULL)),
      CHECK (frozen_status IS NULL OR frozen_last_active IS NOT NULL)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE device (
      user TEXT NOT NULL,
      id BLOB NOT NULL CHECK (length(id) BETWEEN 1 AND 255),
      display_name BLOB,
      PRIMARY KEY (user, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE device_activity (
      user TEXT NOT NULL,
      device BLOB NOT NULL,
      type TEXT,
      reports INTEGER NOT NULL CHECK (reports IN (0, 1)),
      idle_since INTEGER CHECK (abs(idle_since) <= 9007199254740991),
      is_connected INTEGER NOT NULL CHECK (is_connected IN (0, 1)),
      PRIMARY KEY (user, device),
      FOREIGN KEY (user, device) REFERENCES device (user, id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE token (
      digest BLOB NOT NULL PRIMARY KEY,
      user TEXT NOT NULL,
      device BLOB NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
      expires_at INTEGER CHECK (abs(expires_at) <= 9007199254740991),
      generation INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 9007199254740991),
      FOREIGN KEY (user, device) REFERENCES device (user, id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX token_device ON token (user, device);

    CREATE TABLE standing (
      owner TEXT NOT NULL,
      observed TEXT NOT NULL,
      entry_state TEXT CHECK (entry_state IN ('pending', 'accepted')),
      entry_groups BLOB,
      entry_order INTEGER CHECK (entry_order BETWEEN 0 AND 9007199254740991),
      invited_at INTEGER CHECK (abs(invited_at) <= 9007199254740991),
      accepted_at INTEGER CHECK (abs(accepted_at) <= 9007199254740991),
      asked_at INTEGER CHECK (abs(asked_at) <= 9007199254740991),
      is_allowed INTEGER NOT NULL CHECK (is_allowed IN (0, 1)),
      PRIMARY KEY (owner, observed),
      CHECK ((entry_state IS NULL) = (entry_groups IS NULL)),
      CHECK ((entry_state IS NULL) = (entry_order IS NULL)),
      CHECK ((entry_state IS NULL) = (invited_at IS NULL)),
      CHECK (accepted_at IS NULL OR entry_state IS NOT NULL),
      CHECK (entry_state IS NOT NULL OR asked_at IS NOT NULL OR is_allowed)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE account_data (
      user TEXT NOT NULL,
      type BLOB NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (user, type)
    ) STRICT;

    CREATE TABLE filter (
      user TEXT NOT NULL,
      id INTEGER NOT NULL CHECK (id BETWEEN 0 AND 9007199254740991),
      definition BLOB NOT NULL,
      PRIMARY KEY (user, id)
    ) STRICT;
    """
}
