public import PresenceCore

/// Everything a store holds of presence.
public struct PresenceRows: Hashable, Sendable {
  public var presence: [PresenceRecord] = []
  public var deviceActivity: [DeviceActivityRecord] = []
  public var relationships: [RelationshipRecord] = []

  public init() {}
}
