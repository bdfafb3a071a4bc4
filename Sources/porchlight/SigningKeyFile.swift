internal import Glibc
internal import MatrixCrypto

/// The file of a server's signing key: one line, readable by nobody but its owner. Made where there is none, and
/// never written again: other servers know the server by it.
enum SigningKeyFile {
  /// The key of a file, which is made where it is missing.
  static func open(_ path: String) throws(Failure) -> SigningKey {
    if let key = try read(path) { return key }
    var random = SystemRandomNumberGenerator()
    guard let key = SigningKey(using: &random) else { throw Failure("no signing key could be made") }
    try write(key.line + "\n", to: path)
    // Of two servers that start at the same time on one file, the first has made it.
    guard let kept = try read(path) else { throw Failure("the signing key \(path) vanished as it was made") }
    return kept
  }

  private static func read(_ path: String) throws(Failure) -> SigningKey? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure(path, "cannot be read")
    }
    defer { close(descriptor) }
    var found = stat()
    guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
      throw Failure("the signing key \(path) is not a file")
    }
    guard found.st_mode & 0o077 == 0 else {
      throw Failure("the signing key \(path) can be read by others; close it with: chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw failure(path, "cannot be read") }
    guard let key = SigningKey(line: String(decoding: bytes.prefix(count), as: UTF8.self)) else {
      throw Failure("the signing key \(path) does not hold a line such as: ed25519 a_abcd BASE64")
    }
    return key
  }

  /// Whole or not at all: under another name first, which then becomes the right one.
  private static func write(_ text: String, to path: String) throws(Failure) {
    let draft = "\(path).\(getpid())"
    let descriptor = Glibc.open(draft, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "could not be made") }
    defer {
      close(descriptor)
      unlink(draft)
    }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      throw failure(path, "could not be written")
    }
    guard link(draft, path) == 0 || errno == EEXIST else { throw failure(path, "could not be made") }
  }

  private static func failure(_ path: String, _ what: String) -> Failure {
    let code = errno
    let said = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return Failure("the signing key \(path) \(what): \(said)")
  }
}
