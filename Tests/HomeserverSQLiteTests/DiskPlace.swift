import Glibc
import Homeserver
import HomeserverSQLite
import PorchlightTestSupport
import Synchronization

/// A folder of its own with a database in it, gone when nobody needs it any more.
final class DiskPlace: StorePlace {
  let folder: String
  private let copies = Mutex(0)

  init() throws {
    var template = Array("/tmp/porchlight-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Missing.folder }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = DiskPlace.run("rm -rf '\(folder)'") }

  enum Missing: Error { case folder, copy }

  private func file(_ number: Int) -> String { "\(folder)/\(number).sqlite" }

  /// The database as it is now.
  var path: String { file(copies.withLock(\.self)) }

  /// Opens a copy of the files as they are now, as a start after a crash finds them: nothing was closed.
  func open() throws -> any ServerStore {
    let (old, new) = copies.withLock { number in
      number += 1
      return (file(number - 1), file(number))
    }
    for end in ["", "-wal"] where access(old + end, F_OK) == 0 {
      guard DiskPlace.run("cp '\(old)\(end)' '\(new)\(end)'") == 0 else { throw Missing.copy }
    }
    return try SQLiteServerStore(path: new)
  }

  /// Runs a line of shell in a process of its own: reading a database in this one would drop its locks.
  static func run(_ line: String) -> Int32 { system(line) }
}
