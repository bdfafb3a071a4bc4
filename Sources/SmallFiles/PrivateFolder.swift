internal import Glibc

/// A folder that only its owner may enter.
public enum PrivateFolder {
  /// Makes a folder and those above it; the last one is for its owner alone.
  ///
  /// - Parameter path: absolute.
  /// - Throws: `FileProblem` where it cannot be made, or belongs to another user.
  public static func make(_ path: String) throws(FileProblem) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o700) != 0, errno != EEXIST {
        throw FileProblem("Cannot make the folder \(made): \(String(cString: strerror(errno))).")
      }
    }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileProblem("\(path) is not a folder; move it away.")
    }
    guard status.st_uid == geteuid() else {
      throw FileProblem("The folder \(path) belongs to another user; nothing is kept there.")
    }
    guard status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
      throw FileProblem("Others may enter the folder \(path), and that cannot be changed.")
    }
  }
}
