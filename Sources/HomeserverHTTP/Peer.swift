internal import Glibc
internal import Homeserver
internal import NIOCore

extension Requester {
  /// `struct ucred` of unix(7), which the C library declares only with GNU's extensions.
  private struct Credentials: Sendable {
    let process: pid_t
    let user: uid_t
    let group: gid_t
  }

  static func of(_ channel: any Channel, isLocal: Bool) -> EventLoopFuture<Requester> {
    guard isLocal, let options = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeSucceededFuture(
        Requester(address: channel.remoteAddress?.ipAddress, isSameUser: false))
    }
    let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
      level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
    return credentials.map { Requester(address: nil, isSameUser: $0.user == geteuid()) }
      .recover { _ in Requester(address: nil, isSameUser: false) }
  }
}
