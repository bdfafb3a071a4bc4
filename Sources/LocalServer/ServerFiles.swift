internal import Glibc
public import Homeserver

/// Where a homeserver of one user keeps its files: a folder that only this user may enter.
public struct ServerFiles: Hashable, Sendable {
  /// The folder, absolute.
  public let folder: String
  public var database: String { folder + "/porchlight.sqlite" }
  /// Where the process that has the database listens for the others.
  public let socket: String

  /// - Parameters:
  ///   - folder: an absolute path.
  ///   - userID: whose it is; part of the socket's place where the folder's path is too long for one.
  public init(folder: String, userID: UInt32) {
    self.folder = folder
    let near = folder + "/socket"
    // unix(7): the path has to fit into 108 bytes with its end.
    socket =
      near.utf8.count < 108
      ? near : "/tmp/porchlight-\(userID)/\(String(Self.hash(folder), radix: 16)).socket"
  }

  /// Makes the folders, with access for their owner only.
  ///
  /// - Throws: `StoreError` where a folder cannot be made, or belongs to another user.
  public func prepare() throws(StoreError) {
    try Self.makePrivateFolder(folder)
    try Self.makePrivateFolder(String(socket[..<(socket.lastIndex(of: "/") ?? socket.endIndex)]))
  }

  /// Makes a folder and those above it; the last one is for its owner alone.
  ///
  /// - Parameter path: absolute.
  /// - Throws: `StoreError` where it cannot be made, or belongs to another user.
  public static func makePrivateFolder(_ path: String) throws(StoreError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o700) != 0, errno != EEXIST {
        throw StoreError(.failed, "Cannot make the folder \(made): \(String(cString: strerror(errno))).")
      }
    }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw StoreError(.failed, "\(path) is not a folder; move it away.")
    }
    guard status.st_uid == geteuid() else {
      throw StoreError(.failed, "The folder \(path) belongs to another user; nothing is kept there.")
    }
    guard status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
      throw StoreError(.failed, "Others may enter the folder \(path), and that cannot be changed.")
    }
  }

  /// FNV-1a: the same in every process, and only there to keep names apart.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
