internal import Glibc
public import Homeserver
internal import SmallFiles

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
    do throws(FileProblem) {
      try PrivateFolder.make(folder)
      try PrivateFolder.make(PrivateFile.folder(of: socket))
    } catch {
      throw StoreError(.failed, error.message)
    }
  }

  /// FNV-1a: the same in every process, and only there to keep names apart.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
