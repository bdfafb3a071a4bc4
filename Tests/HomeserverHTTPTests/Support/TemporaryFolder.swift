internal import Glibc

/// A folder of a test's own, gone with it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/porchlight-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Missing("a folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// Writes a file, whose folder has to be there.
  ///
  /// - Returns: its path.
  /// - Throws: `Missing` where it cannot be written.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Missing("a file \(name)") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw Missing("room for \(name)")
    }
    return path + "/" + name
  }

  /// The permissions of a file or folder; nil where there is none.
  public func mode(of name: String) -> Int? {
    var status = stat()
    return lstat(path + "/" + name, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
  }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    if let folder = opendir(path) {
      defer { closedir(folder) }
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
    }
    rmdir(path)
  }

  /// What a server that was killed leaves behind: a socket file nobody listens on.
  public func leaveDeadSocket(at path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0 else { throw Missing("a dead socket") }
  }
}
