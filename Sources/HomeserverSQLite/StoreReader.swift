internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Reads everything a database holds. Rows that were written by hand are either understood or named in an error.
struct StoreReader {
  let db: Database
  let path: String

  func everything(starts: UInt64) throws -> StoredServer {
    var stored = StoredServer()
    stored.starts = starts
    stored.accounts = try rows("account", "user, password_hash, created_at, display_name, avatar_url") {
      AccountRecord(
        user: try $0.name(0), passwordHash: try $0.optionalText(1), createdAt: try $0.time(2),
        profile: Profile(displayName: try $0.optionalText(3), avatarURL: try $0.optionalText(4)))
    }
    stored.presence = try rows(
      "presence",
      "user, choice, status, last_active, frozen_status, frozen_last_active, last_hidden, is_profile_frozen, "
        + "frozen_display_name, frozen_avatar_url",
      presence)
    stored.devices = try rows("device", "user, id, display_name") {
      DeviceRecord(user: try $0.name(0), id: try $0.name(1), displayName: try $0.optionalText(2))
    }
    stored.deviceActivity = try rows(
      "device_activity", "user, device, type, reports, idle_since, is_connected"
    ) {
      DeviceActivityRecord(
        user: try $0.name(0), device: try $0.name(1), type: try $0.isNull(2) ? nil : $0.name(2),
        reports: try $0.flag(3), idleSince: try $0.optionalTime(4), isConnected: try $0.flag(5))
    }
    stored.tokens = try rows("token", "digest, user, device, kind, expires_at, generation") { row in
      guard let kind = TokenRecord.Kind(rawValue: try row.text(3)) else { throw row.unreadable(3) }
      return TokenRecord(
        digest: TokenDigest(bytes: try row.bytes(0)), user: try row.name(1), device: try row.name(2),
        kind: kind, expiresAt: try row.optionalTime(4), generation: try row.count(5))
    }
    stored.relationships = try rows(
      "standing FULL JOIN question USING (owner, observed)",
      "owner, observed, entry_state, entry_groups, entry_order, invited_at, accepted_at, asked_at, "
        + "coalesce(is_allowed, 0), open, declined",
      relationship)
    stored.peers = try rows("peer", "name, is_subscribed, order_epoch, order_number", peer)
    stored.unsent = try rows("unsent", "observer, observed, kind, question", message)
    stored.epoch = try Int64.fetchOne(db, sql: "SELECT epoch FROM life") ?? 0
    stored.decoyKey = try rows("decoy", "key") { try $0.bytes(0) }.first
    stored.profileFields = try rows("profile_field", "user, name, value") {
      ProfileFieldRecord(user: try $0.name(0), name: try $0.text(1), value: try $0.bytes(2))
    }
    stored.accountData = try rows("account_data", "user, type, content") {
      AccountDataRecord(user: try $0.name(0), type: try $0.text(1), content: try $0.bytes(2))
    }
    stored.filters = try rows("filter", "user, id, definition") {
      FilterRecord(user: try $0.name(0), id: try $0.count(1), definition: try $0.bytes(2))
    }
    return stored
  }

  private func presence(_ row: StoredRow) throws -> PresenceRecord {
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

  private func relationship(_ row: StoredRow) throws -> RelationshipRecord {
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

  private func peer(_ row: StoredRow) throws -> PeerRecord {
    let order = try row.optionalTime(2).map { epoch in
      Transaction.Order(epoch: epoch.milliseconds, number: try row.time(3).milliseconds)
    }
    return PeerRecord(name: try row.name(0), isSubscribed: try row.flag(1), order: order)
  }

  private func message(_ row: StoredRow) throws -> ListEDU {
    guard let kind = ListEDU.Kind(rawValue: try row.text(2)) else { throw row.unreadable(2) }
    return ListEDU(
      kind, observer: try row.name(0), observed: try row.name(1),
      inviteID: try row.optionalTime(3)?.milliseconds)
  }

  private func rows<Record>(
    _ table: String, _ columns: String, _ record: (StoredRow) throws -> Record
  ) throws -> [Record] {
    var records: [Record] = []
    let cursor = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM \(table)")
    while let row = try cursor.next() { records.append(try record(StoredRow(row, table: table, path))) }
    return records
  }
}
