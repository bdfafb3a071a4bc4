public import MatrixWire

/// Two users, in no order.
public struct UserPair: Hashable, Sendable {
  public let first: UserID
  public let second: UserID

  public init(_ one: UserID, _ other: UserID) {
    (first, second) = one < other ? (one, other) : (other, one)
  }
}
