internal import Glibc

/// Reads small text files that people write.
public enum TextFile {
  /// No file of settings is longer.
  static let limit = 64 * 1_024

  /// Why a file cannot be used.
  public enum Problem: Error, Hashable {
    case missing
    case failed(String)
  }

  /// The whole of a regular file.
  ///
  /// - Parameter path: where it is.
  /// - Returns: its text, which has to be UTF-8.
  /// - Throws: `Problem`, with a reason for people.
  public static func read(_ path: String) throws(Problem) -> String {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missing }
      throw .failed("cannot be read: \(reason(code))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .failed("is not a file")
    }
    return try text(of: bytes(from: descriptor))
  }

  private static func bytes(from descriptor: Int32) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1_024)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .failed("cannot be read: \(reason(errno))") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .failed("is larger than 64 KiB; no settings file is") }
    }
  }

  private static func text(of bytes: [UInt8]) throws(Problem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .failed("is not UTF-8; save it as UTF-8")
    }
    return text
  }

  /// The names in a folder, sorted; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }

  private static func reason(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
