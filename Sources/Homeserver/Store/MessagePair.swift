internal import MatrixWire

/// The two users whom a list message is about: the key of the one row that waits to be sent for them.
struct MessagePair: Hashable, Sendable {
  let observer: UserID
  let observed: UserID

  init(_ message: ListEDU) { (observer, observed) = (message.observer, message.observed) }
}
