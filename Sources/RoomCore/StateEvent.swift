public import MatrixWire
public import Ports

/// A current state event of a room as its clients see it; what is between servers is in the store.
public struct StateEvent: Hashable, Sendable {
  public let id: EventID
  public let key: StateKey
  public let sender: UserID
  /// The content in canonical JSON.
  public let content: [UInt8]
  public let timestamp: WallTime
  public let position: UInt64

  /// Nil for what is no state.
  init?(_ event: PDU) {
    guard let stateKey = event.stateKey else { return nil }
    (id, key, sender) = (event.id, StateKey(event.type, stateKey), event.sender)
    (content, timestamp, position) = (event.content, event.timestamp, event.position)
  }

  /// The content as a value.
  public var fields: CanonicalJSON.Object { CanonicalJSON.fields(of: content) }
}
