internal import GRDBSQLite
internal import Glibc
internal import Homeserver
internal import Synchronization

/// The right to open a database, which one store at a time has.
///
/// SQLite keeps other processes out: its "unix-excl" way of opening files locks each for the process, as long as it has a
/// connection, and keeps what the connections share in memory. A second store of the same process is told here.
final class OpenFile: Sendable {
  private struct Identity: Hashable, Sendable {
    let device: dev_t
    let number: ino_t
  }

  private static let open = Mutex<Set<Identity>>([])
  /// Whether SQLite opens all files of this process so.
  private static let isExclusive = becomeExclusive()

  private let identity: Identity
  private let isReleased = Atomic(false)

  init(_ path: String) throws(StoreError) {
    guard Self.isExclusive else {
      throw StoreError(.failed, "\(path) cannot be kept from other processes: this SQLite has no unix-excl.")
    }
    var found = stat()
    guard stat(path, &found) == 0 else { throw StoreError(.failed, "\(path) could not be opened.") }
    let identity = Identity(device: found.st_dev, number: found.st_ino)
    guard Self.open.withLock({ $0.insert(identity).inserted }) else {
      throw StoreError(.inUse, "\(path) is open already.")
    }
    self.identity = identity
  }

  deinit { release() }

  private static func becomeExclusive() -> Bool {
    guard let files = sqlite3_vfs_find("unix-excl") else { return false }
    return sqlite3_vfs_register(files, 1) == SQLITE_OK
  }

  /// Lets another store open it. To be called after its connections are closed.
  func release() {
    // Once: by then another store may have it open.
    guard !isReleased.exchange(true, ordering: .relaxed) else { return }
    Self.open.withLock { _ = $0.remove(identity) }
  }
}
