/// Who sent a request, as far as the system vouches for it.
public struct Requester: Hashable, Sendable {
  /// Their IP address, for limits by address, behind a proxy as it says; nil in the same process and over a Unix
  /// socket, and some other text where a proxy could not tell.
  public var address: String?
  /// Whether they are a process of this server's own user, on this machine: then they log in without a
  /// password.
  public var isSameUser: Bool

  public init(address: String?, isSameUser: Bool) {
    self.address = address
    self.isSameUser = isSameUser
  }

  /// Code of this process.
  public static let inProcess = Requester(address: nil, isSameUser: true)
}
