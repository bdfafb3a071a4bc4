internal import MatrixWire
internal import Ports
internal import PresenceCore

/// The rows of presence in memory, by their keys.
struct MemoryPresence: Sendable {
  private var presence: [UserID: PresenceRecord] = [:]
  private var deviceActivity: [Device: DeviceActivityRecord] = [:]
  private var relationships: [Relation: RelationshipRecord] = [:]

  mutating func apply(_ change: PresenceChange) {
    switch change {
    case .presence(let record): presence[record.user] = record
    case .relationship(let record):
      relationships[record.relation] = record.relationship.isNothing ? nil : record
    case .lastActive(let user, let time): presence[user]?.lastActive = time
    case .deviceActivity(let record): deviceActivity[Device(user: record.user, id: record.device)] = record
    }
  }

  mutating func removeDevice(_ device: Device) { deviceActivity[device] = nil }

  var rows: PresenceRows {
    var rows = PresenceRows()
    rows.presence = Array(presence.values)
    rows.deviceActivity = Array(deviceActivity.values)
    rows.relationships = Array(relationships.values)
    return rows
  }
}
