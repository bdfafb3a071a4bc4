internal import Glibc
internal import Synchronization

/// The file of a Unix socket: taken over from a server that died, never from one that lives, and removed by
/// the server that made it.
final class UnixSocketFile: Sendable {
  private let path: String
  private let identity = Mutex<Identity?>(nil)

  private struct Identity: Hashable, Sendable {
    let device: UInt
    let file: UInt
  }

  /// - Throws: `ListenError` where somebody answers there, or something else than a socket has the name.
  init(_ path: String) throws {
    self.path = path
    guard let mode = Self.status(path)?.st_mode else { return }
    guard mode & S_IFMT == S_IFSOCK else {
      throw ListenError(.inUse, "\(path) exists and is no socket; give another path.")
    }
    guard !Self.answers(path) else {
      throw ListenError(.inUse, "Another server already listens on \(path).")
    }
  }

  /// The socket is bound: it is this server's, and its owner's alone.
  func claim() {
    chmod(path, 0o600)
    identity.withLock { $0 = Self.identity(path) }
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
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < capacity else { return true }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { Glibc.close(descriptor) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    return result == 0 || (errno != ECONNREFUSED && errno != ENOENT)
  }
}
