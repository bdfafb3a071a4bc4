internal import Glibc
public import Homeserver
internal import Synchronization

/// The right to open a database, held by at most one process: an advisory lock (flock(2)) on a file beside it.
///
/// The kernel takes it back when its process ends, however it ends, so a stale file stops no process. The file stays:
/// to remove it would let two processes hold locks on two files of the same name.
public final class DatabaseLock: Sendable {
  private let path: String
  /// -1 once released.
  private let descriptor: Mutex<Int32>

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Takes the lock of a database if no process has it.
  ///
  /// - Parameter database: the path of the database's file; its folder has to be there.
  /// - Returns: the lock, or nil where another process has the database.
  /// - Throws: `StoreError` where the lock's file cannot be opened.
  public static func acquire(for database: String) throws(StoreError) -> DatabaseLock? {
    let path = database + ".lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw StoreError(.failed, "Cannot open the lock \(path): \(String(cString: strerror(errno))).")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      if reason == EWOULDBLOCK { return nil }
      throw StoreError(.failed, "Cannot lock \(path): \(String(cString: strerror(reason))).")
    }
    return DatabaseLock(path, descriptor)
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

  /// Gives the lock back; a process that waits for the database may have it now.
  public func release() {
    let held = descriptor.withLock { held in
      defer { held = -1 }
      return held
    }
    if held >= 0 { close(held) }
  }
}
