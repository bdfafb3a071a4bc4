internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports

/// The tables of accounts: who may log in, their sessions, and what their clients keep here.
enum AccountTables: StoreDomain {
  // MARK: Tables

  static let first = """
    CREATE TABLE account (
      user TEXT NOT NULL PRIMARY KEY,
      password_hash BLOB,
      created_at INTEGER NOT NULL CHECK (abs(created_at) <= 9007199254740991),
      display_name BLOB,
      avatar_url BLOB
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE device (
      user TEXT NOT NULL,
      id BLOB NOT NULL CHECK (length(id) BETWEEN 1 AND 255),
      display_name BLOB,
      PRIMARY KEY (user, id)
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

  /// Profile fields beside name and picture.
  static let third = """
    CREATE TABLE profile_field (
      user TEXT NOT NULL,
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
      value BLOB NOT NULL,
      PRIMARY KEY (user, name)
    ) STRICT;
    """

  // MARK: Writing

  private static let account = upsert(
    "account", ["user"], ["password_hash", "created_at", "display_name", "avatar_url"])
  private static let device = upsert("device", ["user", "id"], ["display_name"])
  private static let token = upsert(
    "token", ["digest"], ["user", "device", "kind", "expires_at", "generation"])
  private static let profileField = upsert("profile_field", ["user", "name"], ["value"])
  private static let accountData = upsert("account_data", ["user", "type"], ["content"])
  private static let filter = upsert("filter", ["user", "id"], ["definition"])

  static func write(_ change: AccountChange, to db: Database) throws {
    switch change {
    case .account(let record):
      try db.run(
        account,
        [
          record.user.rawValue, record.passwordHash?.blob, record.createdAt.milliseconds,
          record.profile.displayName?.blob, record.profile.avatarURL?.blob,
        ])
    case .device(let record):
      try db.run(device, [record.user.rawValue, record.id.rawValue.blob, record.displayName?.blob])
    case .removeDevice(let user, let id):
      try db.run("DELETE FROM device WHERE user = ? AND id = ?", [user.rawValue, id.rawValue.blob])
    case .token(let record):
      try db.run(
        token,
        [
          record.digest.bytes.blob, record.user.rawValue, record.device.rawValue.blob, record.kind.rawValue,
          record.expiresAt?.milliseconds, try record.generation.storable,
        ])
    case .removeToken(let digest):
      try db.run("DELETE FROM token WHERE digest = ?", [digest.bytes.blob])
    case .profileField(let record):
      if let value = record.value {
        try db.run(profileField, [record.user.rawValue, record.name, value.blob])
      } else {
        try db.run(
          "DELETE FROM profile_field WHERE user = ? AND name = ?", [record.user.rawValue, record.name])
      }
    case .accountData(let record):
      try db.run(accountData, [record.user.rawValue, record.type.blob, record.content.blob])
    case .filter(let record):
      try db.run(filter, [record.user.rawValue, try record.id.storable, record.definition.blob])
    }
  }

  // MARK: Reading

  static func rows(_ reader: StoreReader) throws -> AccountRows {
    var rows = AccountRows()
    rows.accounts = try reader.rows("account", "user, password_hash, created_at, display_name, avatar_url") {
      AccountRecord(
        user: try $0.name(0), passwordHash: try $0.optionalText(1), createdAt: try $0.time(2),
        profile: Profile(displayName: try $0.optionalText(3), avatarURL: try $0.optionalText(4)))
    }
    rows.devices = try reader.rows("device", "user, id, display_name") {
      DeviceRecord(user: try $0.name(0), id: try $0.name(1), displayName: try $0.optionalText(2))
    }
    rows.tokens = try reader.rows("token", "digest, user, device, kind, expires_at, generation") { row in
      guard let kind = TokenRecord.Kind(rawValue: try row.text(3)) else { throw row.unreadable(3) }
      return TokenRecord(
        digest: TokenDigest(bytes: try row.bytes(0)), user: try row.name(1), device: try row.name(2),
        kind: kind, expiresAt: try row.optionalTime(4), generation: try row.count(5))
    }
    rows.profileFields = try reader.rows("profile_field", "user, name, value") {
      ProfileFieldRecord(user: try $0.name(0), name: try $0.text(1), value: try $0.bytes(2))
    }
    rows.accountData = try reader.rows("account_data", "user, type, content") {
      AccountDataRecord(user: try $0.name(0), type: try $0.text(1), content: try $0.bytes(2))
    }
    rows.filters = try reader.rows("filter", "user, id, definition") {
      FilterRecord(user: try $0.name(0), id: try $0.count(1), definition: try $0.bytes(2))
    }
    return rows
  }
}
