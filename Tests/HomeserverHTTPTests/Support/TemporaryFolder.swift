internal import Glibc

/// A folder of a test's own, gone with it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/porchlight-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Missing("a folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["socket", "precious", "certificate.pem", "key.pem"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// - Returns: the path of the file.
  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    guard let stream = fopen(file, "w") else { throw Missing("a file") }
    fputs(text, stream)
    fclose(stream)
    return file
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
