internal import Glibc
public import Homeserver

/// The file itself: made so that only its owner ever reads it, whatever the umask says.
public enum DatabaseFile {
  /// SQLite gives the files beside a database the mode the database has.
  private static let mode: mode_t = 0o600
  private static let folderMode: mode_t = 0o700

  /// Makes the file and its folders where they are missing, and closes existing ones to others.
  static func prepare(_ path: String) throws(StoreError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StoreError(.failed, "'\(path)' is not a file name.")
    }
    try makeFolder(of: path)
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode)
    if descriptor >= 0 {
      defer { close(descriptor) }
      guard fchmod(descriptor, mode) == 0 else { throw failure(path, "could not be created") }
      return
    }
    guard errno == EEXIST else { throw failure(path, "could not be created") }
    // Not opened here: closing it again would drop the locks that this very process may have on it.
    for file in [path, path + "-wal", path + "-shm"] { try restrict(file) }
  }

  /// Makes the folders of a database where they are missing, with access for their owner only; existing ones stay as
  /// they are.
  ///
  /// - Parameter path: the path of the database's file.
  /// - Throws: `StoreError` where a folder cannot be made.
  public static func makeFolder(of path: String) throws(StoreError) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let folder = String(path[..<slash])
    var found = stat()
    if stat(folder, &found) == 0 { return }
    guard errno == ENOENT else { throw failure(folder, "could not be opened") }
    try makeFolder(of: folder)
    if mkdir(folder, folderMode) == 0 {
      guard chmod(folder, folderMode) == 0 else { throw failure(folder, "could not be created") }
    } else if errno != EEXIST {
      throw failure(folder, "could not be created")
    }
  }

  private static func restrict(_ file: String) throws(StoreError) {
    var found = stat()
    // Not `stat`: a link could lead to a file that is none of ours, whose permissions would be changed.
    guard lstat(file, &found) == 0 else {
      if errno == ENOENT { return }
      throw failure(file, "could not be opened")
    }
    guard found.st_mode & S_IFMT != S_IFLNK else {
      throw StoreError(.failed, "\(file) is a symbolic link; name the file itself, or move the link away.")
    }
    guard found.st_mode & S_IFMT == S_IFREG else { throw StoreError(.failed, "\(file) is not a file.") }
    guard found.st_mode & 0o7777 != mode else { return }
    guard chmod(file, mode) == 0 else { throw failure(file, "could not be closed to others") }
  }

  private static func failure(_ file: String, _ what: String) -> StoreError {
    let code = errno
    let said = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return StoreError(code == ENOSPC ? .full : .failed, "\(file) \(what): \(said).")
  }
}
