public import MatrixWire

/// What makes two requests the same: the device, the endpoint with all its path, and the ID that the client gave.
public struct TransactionKey: Hashable, Sendable {
  public let user: UserID
  public let device: DeviceID
  public let endpoint: String
  public let id: String

  public init(user: UserID, device: DeviceID, endpoint: String, id: String) {
    (self.user, self.device, self.endpoint, self.id) = (user, device, endpoint, id)
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.id.hasBytes(of: right.id) && left.endpoint.hasBytes(of: right.endpoint)
      && left.device == right.device && left.user == right.user
  }
}
