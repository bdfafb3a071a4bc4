import GRDB
import Glibc
import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import HomeserverSQLite

/// The file: who may read it, what else it may be, and what it survives.
struct FileTests {
  private let place: DiskPlace
  private let server: ServerName

  init() throws {
    place = try DiskPlace()
    server = try ServerName("harbor.example").orThrow("server")
  }

  private func account(_ localpart: String) throws -> StoreChange {
    let user = try UserID(localpart: localpart, server: server).orThrow(localpart)
    return .account(AccountRecord(user: user, createdAt: WallTime(milliseconds: 1)))
  }

  private func mode(_ file: String) -> mode_t? {
    var found = stat()
    return stat(file, &found) == 0 ? found.st_mode & 0o7777 : nil
  }

  private func code(_ path: String) -> StoreError.Code? {
    do {
      _ = try SQLiteServerStore(path: path)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func theFilesAreTheirOwnersAloneWhateverTheUmask() async throws {
    let old = umask(0)
    let store = try SQLiteServerStore(path: place.folder + "/new/deep/store.sqlite")
    umask(old)
    _ = try await store.load(for: server)
    try await store.commit([account("ann")])
    #expect(mode(place.folder + "/new") == 0o700)
    #expect(mode(place.folder + "/new/deep") == 0o700)
    #expect(mode(place.folder + "/new/deep/store.sqlite") == 0o600)
    #expect(mode(place.folder + "/new/deep/store.sqlite-wal") == 0o600)
    // What the connections share is in the memory of this process, which has the file to itself.
    #expect(mode(place.folder + "/new/deep/store.sqlite-shm") == nil)
  }

  @Test func aFileThatOthersMayReadIsClosedToThem() async throws {
    let store = try SQLiteServerStore(path: place.path)
    try await store.commit([account("ann")])
    await store.close()
    chmod(place.path, 0o644)
    let again = try SQLiteServerStore(path: place.path)
    #expect(mode(place.path) == 0o600)
    await again.close()
  }

  @Test(arguments: ["", "-wal", "-shm"])
  func aLinkIsNotFollowed(_ ending: String) async throws {
    let store = try SQLiteServerStore(path: place.path)
    await store.close()
    let other = place.folder + "/other"
    close(open(other, O_CREAT | O_WRONLY, 0o644))
    chmod(other, 0o644)
    unlink(place.path + ending)
    #expect(symlink(other, place.path + ending) == 0)
    let error = #expect(throws: StoreError.self) { try SQLiteServerStore(path: place.path) }
    #expect(error?.message.contains("\(place.path + ending) is a symbolic link") == true)
    #expect(mode(other) == 0o644)
  }

  @Test func foldersAreMadeForTheirOwnerAloneAndOthersStay() throws {
    chmod(place.folder, 0o755)
    try DatabaseFile.makeFolder(of: place.folder + "/new/deep/store.sqlite")
    #expect(mode(place.folder) == 0o755)
    #expect(mode(place.folder + "/new") == 0o700)
    #expect(mode(place.folder + "/new/deep") == 0o700)
    #expect(mode(place.folder + "/new/deep/store.sqlite") == nil)
  }

  @Test func anOrderlyEndLeavesOneFileAndNothingIsStoredAfterwards() async throws {
    let store = try SQLiteServerStore(path: place.path)
    try await store.commit([account("ann")])
    await store.close()
    await store.close()
    #expect(mode(place.path + "-wal") == nil)
    await #expect(throws: StoreError.self) { try await store.commit([account("bob")]) }
    await #expect(throws: StoreError.self) { _ = try await store.load(for: server) }
    let again = try SQLiteServerStore(path: place.path)
    let stored = try await again.load(for: server)
    #expect(stored.accounts.map(\.user.localpart) == ["ann"])
    await again.close()
  }

  @Test func nobodyElseOpensAFileThatIsOpen() async throws {
    let store = try SQLiteServerStore(path: place.path)
    _ = try await store.load(for: server)
    #expect(code(place.path) == .inUse)
    // Neither the failed attempt nor a reader that comes and goes takes the lock away.
    let pool = ReaderPool(path: place.path)
    try await pool.read { _ in }
    await pool.close()
    #expect(DiskPlace.run("python3 -c \"\(Self.intruder)\" '\(place.path)'") == 0)
    try await store.commit([account("ann")])
    await store.close()
    #expect(code(place.path) == nil)
  }

  private static let intruder = """
    import sqlite3, sys
    try: sqlite3.connect(sys.argv[1], timeout=0).execute('SELECT * FROM meta').fetchall()
    except sqlite3.OperationalError as e: sys.exit(0 if 'locked' in str(e) else 2)
    sys.exit(1)
    """

  @Test func whatIsNoDatabaseOfOursIsLeftAlone() throws {
    let text = place.folder + "/letter.txt"
    #expect(DiskPlace.run("yes 'Dear Ann' | head -200 > '\(text)'; cp '\(text)' '\(text).old'") == 0)
    #expect(code(text) == .failed)
    #expect(DiskPlace.run("cmp -s '\(text)' '\(text).old'") == 0)

    let other = place.folder + "/other.sqlite"
    let queue = try DatabaseQueue(path: other)
    try queue.write { try $0.execute(sql: "CREATE TABLE bookmark (url TEXT)") }
    try queue.close()
    #expect(DiskPlace.run("cp '\(other)' '\(other).old'") == 0)
    #expect(code(other) == .foreign)
    #expect(DiskPlace.run("cmp -s '\(other)' '\(other).old'") == 0)
  }

  @Test func aDatabaseOfANewerPorchlightIsLeftAlone() async throws {
    await (try SQLiteServerStore(path: place.path)).close()
    try edit("INSERT INTO grdb_migrations (identifier) VALUES ('99')")
    #expect(code(place.path) == .foreign)
  }

  @Test func aStartThatWasKilledWhileItMadeTheTablesIsBegunAnew() async throws {
    #expect(DiskPlace.run(": > '\(place.path)'") == 0)
    try edit("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    let store = try SQLiteServerStore(path: place.path)
    #expect(try await store.load(for: server).starts == 1)
    await store.close()
  }

  @Test func placesWhereNothingCanBeAreSaid() {
    #expect(code("") == .failed)
    #expect(code("/proc/nowhere/store.sqlite") == .failed)
    #expect(code("/dev/null") == .failed)
    #expect(code("/dev/null/store.sqlite") == .failed)
    #expect(code(place.folder) == .failed)
  }

  @Test(
    arguments: [
      ("UPDATE account SET user = 'ann'", "account"),
      ("UPDATE account SET display_name = X'ff'", "account"),
      ("UPDATE account SET created_at = -9223372036854775808", "account"),
      ("INSERT INTO presence (user, choice, last_active) VALUES ('@a:b', 'asleep', 1)", "presence"),
      ("INSERT INTO standing VALUES ('@a:b', '@c:d', 'pending', X'22', 1, 1, NULL, NULL, 0)", "standing"),
      ("INSERT INTO standing VALUES ('@a:b', '@c:d', 'denied', X'5b5d', 1, 1, NULL, NULL, 0)", "standing"),
      ("INSERT INTO filter VALUES ('@a:b', -1, X'')", "filter"),
      ("INSERT INTO token VALUES (X'00', '@a:b', X'00', 'golden', NULL, 0)", "token"),
      ("INSERT INTO device VALUES ('@a:b', X'', NULL)", "device"),
      ("UPDATE meta SET server_name = '!'", "meta"),
      ("DROP TABLE presence", "presence"),
      ("INSERT INTO room VALUES ('lobby', 0)", "room"),
      ("INSERT INTO room_state VALUES ('!a:b', X'61', X'', 7)", "row of 7 in the table room_state"),
      ("INSERT INTO room_alias VALUES ('#a:b', '!a:b', 'ann')", "room_alias"),
      ("INSERT INTO room_receipt VALUES ('!a:b', '@a:b', 'm.seen', NULL, '$a', 1, 1, 1)", "room_receipt"),
      ("INSERT INTO room_account_data VALUES ('@a:b', '!a:b', X'ff', X'', 1)", "room_account_data"),
      ("INSERT INTO room_transaction VALUES ('@a:b', X'61', X'', X'', 'a', 1)", "room_transaction"),
    ]) func aRowNobodyUnderstandsIsNamed(_ statement: String, _ table: String) async throws
  {
    let store = try SQLiteServerStore(path: place.path)
    _ = try await store.load(for: server)
    try await store.commit([account("ann")])
    await store.close()
    try edit("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; " + statement)
    let edited = try SQLiteServerStore(path: place.path)
    let error = await #expect(throws: StoreError.self) { _ = try await edited.load(for: server) }
    #expect(error?.code == .failed)
    #expect(error?.message.contains(table) == true)
    await edited.close()
  }

  @Test func theLogDoesNotGrowForEver() async throws {
    let store = try SQLiteServerStore(path: place.path)
    let user = try UserID(localpart: "ann", server: server).orThrow("ann")
    let content = [UInt8](repeating: 7, count: 60_000)
    for _ in 0..<300 {
      try await store.commit([.accountData(AccountDataRecord(user: user, type: "t", content: content))])
    }
    var found = stat()
    try #require(stat(place.path + "-wal", &found) == 0)
    #expect(found.st_size < 6 << 20)
    await store.close()
  }

  private func edit(_ statements: String) throws {
    let queue = try DatabaseQueue(path: place.path)
    try queue.writeWithoutTransaction { try $0.execute(sql: statements) }
    try queue.close()
  }
}
