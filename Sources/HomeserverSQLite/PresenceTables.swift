internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore

/// The tables of presence: what users chose, what their devices do, and who may see whom.
enum PresenceTables: StoreDomain {
  // MARK: Tables

  static let first = """
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
    """

  /// When a user hid last, and which invites of users of other servers were sent and declined.
  static let second = """
    ALTER TABLE presence ADD COLUMN last_hidden INTEGER CHECK (abs(last_hidden) <= 9007199254740991);

    CREATE TABLE question (
      owner TEXT NOT NULL,
      observed TEXT NOT NULL,
      open INTEGER CHECK (abs(open) <= 9007199254740991),
      declined INTEGER CHECK (abs(declined) <= 9007199254740991),
      PRIMARY KEY (owner, observed),
      CHECK (open IS NOT NULL OR declined IS NOT NULL)
    ) STRICT, WITHOUT ROWID;
    """

  /// What others are shown of the profile of a user who hides or appears offline. For users who do already, what is
  /// shown was not kept: it is frozen as it is.
  static let fourth = """
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

  // MARK: Writing

  private static let presence = upsert(
    "presence", ["user"],
    [
      "choice", "status", "last_active", "frozen_status", "frozen_last_active", "last_hidden",
      "is_profile_frozen", "frozen_display_name", "frozen_avatar_url",
    ])
  private static let relationship = upsert(
    "standing", ["owner", "observed"],
    [
      "entry_state", "entry_groups", "entry_order", "invited_at", "accepted_at", "asked_at", "is_allowed",
    ])
  private static let inviteIDs = upsert("question", ["owner", "observed"], ["open", "declined"])
  /// Only for devices that are there: what is written behind may come after a logout.
  private static let deviceActivity = upsert(
    "device_activity", ["user", "device"], ["type", "reports", "idle_since", "is_connected"],
    rows: "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM device WHERE user = ?1 AND id = ?2)")

  static func write(_ change: PresenceChange, to db: Database) throws {
    switch change {
    case .presence(let record):
      try db.run(
        presence,
        [
          record.user.rawValue, record.choice.wire, record.statusMessage?.blob,
          record.lastActive.milliseconds, record.frozen?.statusMessage?.blob,
          record.frozen?.lastActive.milliseconds, record.lastHidden?.milliseconds,
          record.shownProfile != nil, record.shownProfile?.displayName?.blob,
          record.shownProfile?.avatarURL?.blob,
        ])
    case .relationship(let record): try writeRelationship(record, to: db)
    case .lastActive(let user, let time):
      try db.run("UPDATE presence SET last_active = ? WHERE user = ?", [time.milliseconds, user.rawValue])
    case .deviceActivity(let record):
      try db.run(
        deviceActivity,
        [
          record.user.rawValue, record.device.rawValue.blob, record.type?.rawValue, record.reports,
          record.idleSince?.milliseconds, record.isConnected,
        ])
    }
  }

  private static func writeRelationship(_ record: RelationshipRecord, to db: Database) throws {
    let (relationship, entry) = (record.relationship, record.relationship.entry)
    let pair: [(any DatabaseValueConvertible)?] = [record.owner.rawValue, record.observed.rawValue]
    if relationship.inviteID == nil, relationship.declined == nil {
      try db.run("DELETE FROM question WHERE owner = ? AND observed = ?", pair)
    } else {
      try db.run(inviteIDs, pair + [relationship.inviteID, relationship.declined])
    }
    guard entry != nil || relationship.askedAt != nil || relationship.isAllowed else {
      try db.run("DELETE FROM standing WHERE owner = ? AND observed = ?", pair)
      return
    }
    try db.run(
      Self.relationship,
      pair + [
        entry?.state.rawValue, entry.map { WireJSON.encode($0.groups).blob }, try entry?.order.storable,
        entry?.invitedAt.milliseconds, entry?.acceptedAt?.milliseconds, relationship.askedAt?.milliseconds,
        relationship.isAllowed,
      ])
  }

  // MARK: Reading

  static func rows(_ reader: StoreReader) throws -> PresenceRows {
    var rows = PresenceRows()
    rows.presence = try reader.rows(
      "presence",
      "user, choice, status, last_active, frozen_status, frozen_last_active, last_hidden, is_profile_frozen, "
        + "frozen_display_name, frozen_avatar_url",
      presenceRecord)
    rows.deviceActivity = try reader.rows(
      "device_activity", "user, device, type, reports, idle_since, is_connected"
    ) {
      DeviceActivityRecord(
        user: try $0.name(0), device: try $0.name(1), type: try $0.isNull(2) ? nil : $0.name(2),
        reports: try $0.flag(3), idleSince: try $0.optionalTime(4), isConnected: try $0.flag(5))
    }
    rows.relationships = try reader.rows(
      "standing FULL JOIN question USING (owner, observed)",
      "owner, observed, entry_state, entry_groups, entry_order, invited_at, accepted_at, asked_at, "
        + "coalesce(is_allowed, 0), open, declined",
      relationshipRecord)
    return rows
  }

  private static func presenceRecord(_ row: StoredRow) throws -> PresenceRecord {
    let choice = PresenceState(wire: try row.text(1))
    guard PersonPresence.choices.contains(choice) else { throw row.unreadable(1) }
    var frozen: PresenceRecord.Frozen?
    if let lastActive = try row.optionalTime(5) {
      frozen = .init(statusMessage: try row.optionalText(4), lastActive: lastActive)
    }
    return PresenceRecord(
      user: try row.name(0), choice: choice, statusMessage: try row.optionalText(2),
      lastActive: try row.time(3), frozen: frozen, lastHidden: try row.optionalTime(6),
      shownProfile: try row.flag(7)
        ? Profile(displayName: try row.optionalText(8), avatarURL: try row.optionalText(9)) : nil)
  }

  private static func relationshipRecord(_ row: StoredRow) throws -> RelationshipRecord {
    var relationship = PresenceLists.Relationship(
      askedAt: try row.optionalTime(7), isAllowed: try row.flag(8),
      inviteID: try row.optionalTime(9)?.milliseconds, declined: try row.optionalTime(10)?.milliseconds)
    if !row.isNull(2) {
      guard let state = ListState(rawValue: try row.text(2)), state == .pending || state == .accepted else {
        throw row.unreadable(2)
      }
      guard let groups = try? WireJSON.decode([String].self, from: row.bytes(3)) else {
        throw row.unreadable(3)
      }
      relationship.entry = .init(
        state: state, groups: groups, order: try row.count(4), invitedAt: try row.time(5),
        acceptedAt: try row.optionalTime(6))
    }
    return RelationshipRecord(owner: try row.name(0), observed: try row.name(1), relationship: relationship)
  }
}
