public import MatrixWire
public import Ports

/// A user who asks to see the own presence.
public struct Invite: Hashable, Sendable {
  public let observer: UserID
  public internal(set) var receivedAt: WallTime
  public internal(set) var displayName: String?

  /// The display name, or the localpart of the user ID where there is none.
  public var name: String { displayName ?? String(observer.localpart) }
}
