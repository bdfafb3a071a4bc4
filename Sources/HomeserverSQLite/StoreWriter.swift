internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Changes as statements. Every row is written by an upsert and never replaced: replacing a device would take
/// its tokens along.
extension Database {
  /// Writes one change, within a transaction.
  func write(_ change: StoreChange) throws {
    switch change {
    case .account(let record):
      try run(
        Statements.account,
        [
          record.user.rawValue, record.passwordHash?.blob, record.createdAt.milliseconds,
          record.profile.displayName?.blob, record.profile.avatarURL?.blob,
        ])
    case .presence(let record):
      try run(
        Statements.presence,
        [
          record.user.rawValue, record.choice.wire, record.statusMessage?.blob,
          record.lastActive.milliseconds, record.frozen?.statusMessage?.blob,
          record.frozen?.lastActive.milliseconds, record.lastHidden?.milliseconds,
          record.shownProfile != nil, record.shownProfile?.displayName?.blob,
          record.shownProfile?.avatarURL?.blob,
        ])
    case .device(let record):
      try run(
        Statements.device, [record.user.rawValue, record.id.rawValue.blob, record.displayName?.blob])
    case .removeDevice(let user, let id):
      try run("DELETE FROM device WHERE user = ? AND id = ?", [user.rawValue, id.rawValue.blob])
    case .token(let record):
      try run(
        Statements.token,
        [
          record.digest.bytes.blob, record.user.rawValue, record.device.rawValue.blob, record.kind.rawValue,
          record.expiresAt?.milliseconds, try record.generation.storable,
        ])
    case .removeToken(let digest):
      try run("DELETE FROM token WHERE digest = ?", [digest.bytes.blob])
    case .relationship(let record):
      try write(record)
    case .profileField(let record):
      if let value = record.value {
        try run(Statements.profileField, [record.user.rawValue, record.name, value.blob])
      } else {
        try run(
          "DELETE FROM profile_field WHERE user = ? AND name = ?", [record.user.rawValue, record.name])
      }
    case .accountData(let record):
      try run(
        Statements.accountData, [record.user.rawValue, record.type.blob, record.content.blob])
    case .filter(let record):
      try run(
        Statements.filter, [record.user.rawValue, try record.id.storable, record.definition.blob])
    case .peer(let record):
      try run(
        Statements.peer,
        [record.name.rawValue, record.isSubscribed, record.order?.epoch, record.order?.number])
    case .forgetPeer(let name): try run("DELETE FROM peer WHERE name = ?", [name.rawValue])
    case .unsent(let message):
      try run(
        Statements.unsent,
        [message.observer.rawValue, message.observed.rawValue, message.kind.rawValue, message.inviteID])
    case .delivered(let message):
      try run(
        "DELETE FROM unsent WHERE observer = ? AND observed = ? AND kind = ? AND question IS ?",
        [message.observer.rawValue, message.observed.rawValue, message.kind.rawValue, message.inviteID])
    case .epoch(let number): try run(Statements.epoch, [1, number])
    case .lastActive(let user, let time):
      try run("UPDATE presence SET last_active = ? WHERE user = ?", [time.milliseconds, user.rawValue])
    case .deviceActivity(let record):
      try run(
        Statements.deviceActivity,
        [
          record.user.rawValue, record.device.rawValue.blob, record.type?.rawValue, record.reports,
          record.idleSince?.milliseconds, record.isConnected,
        ])
    }
  }

  private func write(_ record: RelationshipRecord) throws {
    let (relationship, entry) = (record.relationship, record.relationship.entry)
    if relationship.inviteID == nil, relationship.declined == nil {
      try run(
        "DELETE FROM question WHERE owner = ? AND observed = ?",
        [record.owner.rawValue, record.observed.rawValue])
    } else {
      try run(
        Statements.question,
        [record.owner.rawValue, record.observed.rawValue, relationship.inviteID, relationship.declined])
    }
    guard entry != nil || relationship.askedAt != nil || relationship.isAllowed else {
      try run(
        "DELETE FROM standing WHERE owner = ? AND observed = ?",
        [record.owner.rawValue, record.observed.rawValue])
      return
    }
    try run(
      Statements.relationship,
      [
        record.owner.rawValue, record.observed.rawValue, entry?.state.rawValue,
        entry.map { WireJSON.encode($0.groups).blob }, try entry?.order.storable,
        entry?.invitedAt.milliseconds, entry?.acceptedAt?.milliseconds, relationship.askedAt?.milliseconds,
        relationship.isAllowed,
      ])
  }

  private func run(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
    try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
  }
}

private enum Statements {
  static let account = upsert(
    "account", ["user"], ["password_hash", "created_at", "display_name", "avatar_url"])
  static let presence = upsert(
    "presence", ["user"],
    [
      "choice", "status", "last_active", "frozen_status", "frozen_last_active", "last_hidden",
      "is_profile_frozen", "frozen_display_name", "frozen_avatar_url",
    ])
  static let device = upsert("device", ["user", "id"], ["display_name"])
  static let token = upsert("token", ["digest"], ["user", "device", "kind", "expires_at", "generation"])
  static let relationship = upsert(
    "standing", ["owner", "observed"],
    [
      "entry_state", "entry_groups", "entry_order", "invited_at", "accepted_at", "asked_at", "is_allowed",
    ])
  static let question = upsert("question", ["owner", "observed"], ["open", "declined"])
  static let epoch = upsert("life", ["id"], ["epoch"])
  static let peer = upsert("peer", ["name"], ["is_subscribed", "order_epoch", "order_number"])
  static let unsent = upsert("unsent", ["observer", "observed"], ["kind", "question"])
  static let profileField = upsert("profile_field", ["user", "name"], ["value"])
  static let accountData = upsert("account_data", ["user", "type"], ["content"])
  static let filter = upsert("filter", ["user", "id"], ["definition"])
  /// Only for devices that are there: what is written behind may come after a logout.
  static let deviceActivity = upsert(
    "device_activity", ["user", "device"], ["type", "reports", "idle_since", "is_connected"],
    rows: "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM device WHERE user = ?1 AND id = ?2)")

  private static func upsert(
    _ table: String, _ keys: [String], _ columns: [String], rows: String? = nil
  ) -> String {
    let all = keys + columns
    let values = "VALUES (" + all.map { _ in "?" }.joined(separator: ", ") + ")"
    let changes = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    return "INSERT INTO \(table) (\(all.joined(separator: ", "))) \(rows ?? values) "
      + "ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(changes)"
  }
}

extension String {
  /// Its bytes, a NUL included.
  fileprivate var blob: Data { Data(utf8) }
}

extension [UInt8] {
  fileprivate var blob: Data { Data(self) }
}

extension UInt64 {
  /// SQLite counts to half as far.
  fileprivate var storable: Int64 {
    get throws {
      guard let number = Int64(exactly: self) else {
        throw StoreError(.failed, "The number \(self) is too large to be stored.")
      }
      return number
    }
  }
}
