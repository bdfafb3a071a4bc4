internal import Glibc
internal import NIOCore
internal import Synchronization

/// The file of a Unix socket: taken over from a server that died, never from one that lives, and removed by
/// the server that made it.
final class UnixSocketFile: Sendable {
  private let path: String
  /// What a server that died left behind.
  private let dead: Identity?
  private let identity = Mutex<Identity?>(nil)

  private struct Identity: Hashable, Sendable {
    let device: UInt
    let file: UInt
  }

  /// - Throws: `ListenError` where a process answers there, or something else than a socket has the name.
  init(_ path: String) throws {
    self.path = path
    guard let status = Self.status(path) else {
      dead = nil
      return
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ListenError(.inUse, "\(path) exists and is no socket; give another path.")
    }
    guard !Self.answers(path) else {
      throw ListenError(.inUse, "Another server already listens on \(path).")
    }
    dead = Identity(device: status.st_dev, file: status.st_ino)
  }

  /// Makes the file: this server's, and its owner's alone.
  ///
  /// No process listens on it yet, and until one does every connection is refused: so its permissions are right before
  /// it can be used, whatever the umask says.
  ///
  /// - Returns: the socket that is bound to it, to be closed by the caller.
  /// - Throws: `IOError` or `SocketAddressError`.
  func bind() throws -> CInt {
    if let dead, Self.identity(path) == dead { unlink(path) }
    guard let address = Self.address(path) else { throw SocketAddressError.unixDomainSocketPathTooLong }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    guard Self.with(address, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
      let error = IOError(errnoCode: errno, reason: "bind")
      close(descriptor)
      throw error
    }
    identity.withLock { $0 = Self.identity(path) }
    guard chmod(path, 0o600) == 0 else {
      let error = IOError(errnoCode: errno, reason: "chmod")
      close(descriptor)
      remove()
      throw error
    }
    return descriptor
  }

  /// Whether the file is still there, and still the one that was made, so that clients who open it come to this server.
  var isInPlace: Bool {
    guard let claimed = identity.withLock({ $0 }) else { return false }
    return Self.identity(path) == claimed
  }

  /// Removes the file where it is still the one that was claimed.
  func remove() {
    guard let claimed = identity.withLock({ $0 }), Self.identity(path) == claimed else { return }
    unlink(path)
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  private static func identity(_ path: String) -> Identity? {
    status(path).map { Identity(device: $0.st_dev, file: $0.st_ino) }
  }

  /// Whether a connection to it is taken. One that cannot be tried is taken for alive.
  private static func answers(_ path: String) -> Bool {
    guard let address = address(path) else { return true }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    let result = with(address) { connect(descriptor, $0, $1) }
    return result == 0 || (errno != ECONNREFUSED && errno != ENOENT)
  }

  /// Nil where the path is too long for one.
  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return address
  }

  private static func with(
    _ address: sockaddr_un, _ call: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
