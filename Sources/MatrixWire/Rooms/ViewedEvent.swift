/// An event as one viewer is told it (Matrix specification, client-server API, "UnsignedData").
public struct ViewedEvent: Hashable, Sendable {
  public var event: EventBytes
  /// What the viewer was to the room when the event was sent; nil where it is not told.
  public var membership: Membership?
  /// With which transaction ID the viewer's own device sent it; nil for every other device.
  public var transactionID: String?

  public init(_ event: EventBytes, membership: Membership? = nil, transactionID: String? = nil) {
    self.event = event
    self.membership = membership
    self.transactionID = transactionID
  }

  /// The event by itself, at an instant in milliseconds since 1970.
  public func bytes(as form: EventForm, now: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(event.expectedBytes)
    append(to: &bytes, as: form, now: now)
    return bytes
  }

  func append(to answer: inout [UInt8], as form: EventForm, now: Int64) {
    event.append(to: &answer, as: form, now: now, membership: membership, transactionID: transactionID)
  }
}
