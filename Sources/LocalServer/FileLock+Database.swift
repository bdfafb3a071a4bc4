public import Homeserver
public import SmallFiles

extension FileLock {
  /// Takes the right to open a database, if no process has it: the lock is a file beside it.
  ///
  /// - Parameter database: the path of the database's file; its folder has to be there.
  /// - Returns: the lock, or nil where another process has the database.
  /// - Throws: `StoreError` where the lock's file cannot be opened.
  public static func acquire(for database: String) throws(StoreError) -> FileLock? {
    do throws(FileProblem) {
      return try acquire(database + ".lock")
    } catch {
      throw StoreError(.failed, error.message)
    }
  }
}
