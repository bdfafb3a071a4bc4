internal import Glibc
internal import Synchronization

/// A right that at most one process has: an advisory lock (flock(2)) on a file that is there for nothing else.
///
/// The kernel takes it back when its process ends, however it ends, so a stale file stops no process. The file stays:
/// to remove it would let two processes hold locks on two files of the same name.
public final class FileLock: Sendable {
  private let path: String
  /// -1 once released.
  private let descriptor: Mutex<Int32>

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Takes the lock if no process has it.
  ///
  /// - Parameter path: where the file is, which is made where it is missing; its folder has to be there.
  /// - Returns: the lock, or nil where another holder has it.
  /// - Throws: `FileProblem` where the file cannot be opened.
  public static func acquire(_ path: String) throws(FileProblem) -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw FileProblem("Cannot open the lock \(path): \(String(cString: strerror(errno))).")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      if reason == EWOULDBLOCK { return nil }
      throw FileProblem("Cannot lock \(path): \(String(cString: strerror(reason))).")
    }
    return FileLock(path, descriptor)
  }

  /// Whether the file that is locked is still the one of that name. Where it was removed, another process may lock
  /// another one.
  public var isInPlace: Bool {
    descriptor.withLock { held in
      var (locked, named) = (stat(), stat())
      return held >= 0 && fstat(held, &locked) == 0 && lstat(path, &named) == 0
        && locked.st_dev == named.st_dev && locked.st_ino == named.st_ino
    }
  }

  /// Gives the lock back; another process may have it now.
  public func release() {
    let held = descriptor.withLock { held in
      defer { held = -1 }
      return held
    }
    if held >= 0 { close(held) }
  }
}
