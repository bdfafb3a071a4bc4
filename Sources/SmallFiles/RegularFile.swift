internal import Glibc

/// A regular file that is open for reading: no folder, no device, and no pipe whose other end would be waited for.
///
/// Owner and permissions are those of the file that was opened, whatever has its name by now.
public struct RegularFile: ~Copyable {
  /// Why a file cannot be read.
  public enum Problem: Error, Hashable {
    /// The system's error number, such as `ENOENT` where there is no file.
    case system(Int32)
    case notRegular
    case tooLarge
  }

  /// The ID of the user it belongs to.
  public let owner: UInt32
  /// Who may do what with it: the mode's lowest twelve bits.
  public let permissions: UInt32
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Parameter path: where it is.
  /// - Throws: `Problem`, but not `tooLarge`.
  public init(_ path: String) throws(Problem) {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notRegular
    }
    owner = status.st_uid
    permissions = status.st_mode & 0o7777
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The whole of it.
  ///
  /// - Parameter limit: the most bytes it may have.
  /// - Returns: its bytes; none where it was read before.
  /// - Throws: `tooLarge` where there is more, `system` where reading fails.
  public func bytes(atMost limit: Int) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1_024)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .tooLarge }
    }
  }
}
