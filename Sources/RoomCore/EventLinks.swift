public import MatrixWire

/// What only servers need of an event (Matrix specification, room version 11, "Event format"). It is stored beside the
/// event, and never changes.
public struct EventLinks: Hashable, Sendable {
  /// The events before it.
  public let previous: [EventID]
  /// The events that allow it.
  public let authorizing: [EventID]
  /// SHA-256 of the whole event, in unpadded base64.
  public let contentHash: String

  public init(previous: [EventID], authorizing: [EventID], contentHash: String) {
    (self.previous, self.authorizing, self.contentHash) = (previous, authorizing, contentHash)
  }
}
