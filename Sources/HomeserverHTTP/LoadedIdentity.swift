internal import Glibc
internal import NIOSSL
internal import Synchronization

/// What a server proves its name with now, as it was read from two files. New connections take what was read last.
final class LoadedIdentity: Sendable {
  private struct State: Sendable {
    var chain: [NIOSSLCertificate] = []
    var key: NIOSSLPrivateKey?
    /// How the files were when they were looked at last.
    var looks: [FileLook?] = []
  }

  /// What tells that a file was written or replaced.
  private struct FileLook: Hashable, Sendable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  private let state = Mutex(State())

  /// Reads the files, and keeps what is there before where they will not do.
  ///
  /// - Throws: `ListenError`.
  func load(_ identity: HTTPServer.TLSIdentity) throws(ListenError) {
    // Looked at first: what is written while they are read is a change for the next look.
    let looks = Self.looks(identity)
    state.withLock { $0.looks = looks }
    let (chain, key) = try identity.read()
    state.withLock { ($0.chain, $0.key) = (chain, key) }
  }

  /// Whether the files are others than when they were looked at last.
  func hasChanged(_ identity: HTTPServer.TLSIdentity) -> Bool {
    let looks = Self.looks(identity)
    return state.withLock { $0.looks != looks }
  }

  /// What the next connection proves the server's name with.
  var current: NIOSSLContextConfigurationOverride {
    let (chain, key) = state.withLock { ($0.chain, $0.key) }
    var current = NIOSSLContextConfigurationOverride()
    current.certificateChain = chain.map { .certificate($0) }
    current.privateKey = key.map { .privateKey($0) }
    return current
  }

  private static func looks(_ identity: HTTPServer.TLSIdentity) -> [FileLook?] {
    [FileLook(identity.certificates), FileLook(identity.privateKey)]
  }
}
