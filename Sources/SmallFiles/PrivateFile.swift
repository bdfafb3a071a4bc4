internal import Glibc

/// A small text that only its owner may read, in a file that is there whole or not at all.
public enum PrivateFile {
  /// In bytes; a larger file is some other one. Two tokens of the greatest length fit, however JSON escapes them.
  private static let largest = 65_536

  /// The text of a file; where there is none, makes it.
  ///
  /// A file is there whole or not at all, whatever ends the process. If two processes make it at the same time,
  /// both get the text of one of them.
  ///
  /// - Parameters:
  ///   - path: where the file is. Its folder has to be there.
  ///   - text: what to write where there is no file.
  /// - Returns: what the file holds.
  /// - Throws: `FileProblem` where it cannot be read or made, or where others may read it.
  public static func text(at path: String, orWriting text: () -> String) throws(FileProblem) -> String {
    if let text = try read(path) { return text }
    try write(text(), beside: path) { link($0, path) == 0 || errno == EEXIST }
    guard let text = try read(path) else { throw FileProblem("The file \(path) is gone again.") }
    return text
  }

  /// The text of a file.
  ///
  /// - Parameter path: where the file is.
  /// - Returns: what the file holds; nil where there is none.
  /// - Throws: `FileProblem` where it cannot be read, or where others may read it.
  public static func text(at path: String) throws(FileProblem) -> String? { try read(path) }

  /// Writes the file anew, whole or not at all, whatever was there before.
  ///
  /// - Parameters:
  ///   - path: where the file is. Its folder has to be there.
  ///   - text: what it is to hold.
  /// - Throws: `FileProblem` where it cannot be made.
  public static func replace(_ path: String, with text: String) throws(FileProblem) {
    try write(text, beside: path) { rename($0, path) == 0 }
  }

  /// The folder a file is in, as a path.
  public static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// Nil where there is no file.
  private static func read(_ path: String) throws(FileProblem) -> String? {
    guard let file = try opened(path) else { return nil }
    guard file.owner == geteuid() || file.owner == 0 else {
      throw FileProblem("The file \(path) belongs to another user; it is not used.")
    }
    guard file.permissions & 0o077 == 0 else {
      throw FileProblem("Others may read or write the file \(path): chmod 600 \(path)")
    }
    do throws(RegularFile.Problem) {
      return String(decoding: try file.bytes(atMost: largest), as: UTF8.self)
    } catch {
      throw failure(error, path)
    }
  }

  private static func opened(_ path: String) throws(FileProblem) -> RegularFile? {
    do throws(RegularFile.Problem) {
      return try RegularFile(path)
    } catch {
      if error == .system(ENOENT) { return nil }
      throw failure(error, path)
    }
  }

  private static func failure(_ problem: RegularFile.Problem, _ path: String) -> FileProblem {
    switch problem {
    case .system(let code): failure("Cannot read \(path)", code)
    case .notRegular: FileProblem("\(path) is not a file.")
    case .tooLarge: FileProblem("The file \(path) is too large to be meant.")
    }
  }

  /// Writes beside the file, and gives it its name at the end.
  private static func write(
    _ text: String, beside path: String, naming: (_ temporary: String) -> Bool
  ) throws(FileProblem) {
    let folder = folder(of: path)
    var template = Array((path + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      guard errno != ENOENT else { throw FileProblem("The folder \(folder) does not exist.") }
      throw failure("Cannot make a file beside \(path)")
    }
    let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    defer {
      close(descriptor)
      unlink(temporary)
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure("Cannot write \(path)") }
      rest = rest.dropFirst(written)
    }
    guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else {
      throw failure("Cannot write \(path)")
    }
    guard naming(temporary) else { throw failure("Cannot make the file \(path)") }
    // The name has to last as well.
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { return }
    fsync(parent)
    close(parent)
  }

  private static func failure(_ what: String, _ code: Int32 = errno) -> FileProblem {
    FileProblem("\(what): \(String(cString: strerror(code))).")
  }
}
