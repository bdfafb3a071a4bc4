/// An event with what clients are told beside it.
public struct StoredEvent: Hashable, Sendable {
  public var event: PDU
  /// The state event of the same type and key that came before it; nil for what is no state, and for the first.
  public var replaced: PDU?
  /// The event that took its content away.
  public var redaction: PDU?

  public init(_ event: PDU, replaced: PDU? = nil, redaction: PDU? = nil) {
    (self.event, self.replaced, self.redaction) = (event, replaced, redaction)
  }
}
