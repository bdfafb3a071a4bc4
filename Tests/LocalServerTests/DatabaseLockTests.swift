internal import HTTPTestSupport
internal import LocalServer
internal import PorchlightTestSupport
internal import SmallFiles
internal import Testing

struct DatabaseLockTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func onlyOneHasItAtATime() throws {
    let database = folder.path + "/db"
    let lock = try FileLock.acquire(for: database).orThrow("lock")
    #expect(try FileLock.acquire(for: database) == nil)
    lock.release()
    let next = try FileLock.acquire(for: database)
    #expect(next != nil)
    // Releasing twice must not close what another process opened meanwhile.
    lock.release()
    #expect(try FileLock.acquire(for: database) == nil)
    withExtendedLifetime(next) {}
  }

  @Test func twoDatabasesHaveTwoLocks() throws {
    let one = try FileLock.acquire(for: folder.path + "/one")
    let two = try FileLock.acquire(for: folder.path + "/two")
    #expect(one != nil && two != nil)
  }

  @Test func aFolderThatIsNotThereIsSaid() {
    #expect(throws: (any Error).self) { try FileLock.acquire(for: folder.path + "/nowhere/db") }
  }

  @Test func aLongPathPutsTheSocketElsewhere() {
    let near = ServerFiles(folder: "/home/ann/.local/share/porchlight/offline", userID: 7)
    #expect(near.socket == "/home/ann/.local/share/porchlight/offline/socket")
    let deep = String(repeating: "/a-rather-long-name", count: 8)
    let (far, other) = (ServerFiles(folder: deep, userID: 7), ServerFiles(folder: deep + "x", userID: 7))
    #expect(far.socket.hasPrefix("/tmp/porchlight-7/"))
    #expect(far.socket.utf8.count < 108)
    #expect(far.socket != other.socket)
  }
}
