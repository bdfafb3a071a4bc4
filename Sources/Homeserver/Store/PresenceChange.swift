public import MatrixWire
public import Ports
public import PresenceCore

/// One row of presence to store: what users chose, what their devices do, and who may see whom.
public enum PresenceChange: Hashable, Sendable {
  case presence(PresenceRecord)
  /// The relation of two users; nothing at all removes it.
  case relationship(RelationshipRecord)
  /// What can be inferred again, and is written behind. Nothing is kept of users and devices that are not there.
  case lastActive(UserID, WallTime)
  case deviceActivity(DeviceActivityRecord)
}
