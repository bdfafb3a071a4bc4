internal import Glibc
internal import NIOCore

extension HTTPServer {
  /// Who is at the other end of a connection, as far as the system vouches for it.
  public struct Peer: Hashable, Sendable {
    /// Their IP address, for limits by address; nil over a Unix socket.
    public var address: String?
    /// Whether they are a process of this server's own user, on this machine (`SO_PEERCRED`).
    public var isSameUser: Bool

    public init(address: String?, isSameUser: Bool) {
      self.address = address
      self.isSameUser = isSameUser
    }

    /// `struct ucred` of unix(7), which the C library shows to nobody who does not ask for GNU's extensions.
    private struct Credentials: Sendable {
      let process: pid_t
      let user: uid_t
      let group: gid_t
    }

    static func of(_ channel: any Channel, isLocal: Bool) -> EventLoopFuture<Peer> {
      guard isLocal, let options = channel as? any SocketOptionProvider else {
        return channel.eventLoop.makeSucceededFuture(
          Peer(address: channel.remoteAddress?.ipAddress, isSameUser: false))
      }
      let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
        level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
      return credentials.map { Peer(address: nil, isSameUser: $0.user == geteuid()) }
        .recover { _ in Peer(address: nil, isSameUser: false) }
    }
  }
}
