import Glibc
import Homeserver
import HomeserverSQLite
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

/// Disks without room. Those that need a process of their own are in `.ci/full-disk.py`.
struct FullDiskTests {
  private let place: DiskPlace
  private let user: UserID
  private let server: ServerName

  init() throws {
    place = try DiskPlace()
    server = try ServerName("harbor.example").orThrow("server")
    user = try UserID(localpart: "ann", server: server).orThrow("ann")
  }

  /// Stores rows of 30 kB until there is no room, and returns those that were stored.
  private func fill(_ store: SQLiteServerStore) async throws -> (kept: [String], failure: StoreError?) {
    var kept: [String] = []
    for number in 0..<200 {
      let content = [UInt8](repeating: UInt8(number), count: 30_000)
      let record = AccountDataRecord(user: user, type: "\(number)", content: content)
      do {
        try await store.commit([.accountData(record)])
        kept.append(record.type)
      } catch {
        return (kept, error)
      }
    }
    return (kept, nil)
  }

  private func presence(_ text: String) -> StoreChange {
    .presence(
      PresenceRecord(user: user, statusMessage: text, lastActive: WallTime(milliseconds: 1)))
  }

  /// Only root makes a small disk. `.ci/full-disk.py` asks the same of the whole server, as any user.
  private static let mayMount: Bool = {
    guard getuid() == 0, let place = try? DiskPlace() else { return false }
    return DiskPlace.run(
      "mount -t tmpfs -o size=1m tmpfs '\(place.folder)' 2>/dev/null && umount '\(place.folder)'") == 0
  }()

  private func mount() throws {
    try #require(DiskPlace.run("mount -t tmpfs -o size=1m tmpfs '\(place.folder)'") == 0)
  }

  private func unmount() { _ = DiskPlace.run("umount -l '\(place.folder)'") }

  @Test(.enabled(if: mayMount, "only root makes a small disk")) func aFullDiskRefusesAndRecovers()
    async throws
  {
    try mount()
    defer { unmount() }
    let store = try SQLiteServerStore(path: place.path)
    _ = try await store.load(for: server)
    let (kept, failure) = try await fill(store)
    #expect(failure?.code == .full)
    #expect(failure?.message == "The disk is full: \(place.path) could not be written.")
    #expect(kept.count > 5)

    #expect(DiskPlace.run("mount -o remount,size=8m '\(place.folder)'") == 0)
    try await store.commit([presence("room again")])
    let stored = try await place.open().load(for: server)
    #expect(Set(stored.accountData.map(\.type)) == Set(kept))
    #expect(stored.presence.first?.statusMessage == "room again")
    await store.close()
  }

  @Test(.enabled(if: mayMount, "only root makes a small disk")) func whatNeedsNoRoomGoesOnOnAFullDisk()
    async throws
  {
    try mount()
    defer { unmount() }
    let first = try SQLiteServerStore(path: place.path)
    try await first.commit([presence("before")])
    await first.close()
    let store = try SQLiteServerStore(path: place.path)
    _ = try await store.load(for: server)
    _ = DiskPlace.run("cat /dev/zero > '\(place.folder)/ballast' 2>/dev/null")
    // The log is emptied into the database and used again.
    for round in 0..<500 { try await store.commit([presence("round \(round)")]) }
    #expect(try await fill(store).failure?.code == .full)
    #expect(try await store.events([]).isEmpty)
    try await store.commit([presence("after")])
    #expect(DiskPlace.run("rm '\(place.folder)/ballast'") == 0)
    let stored = try await place.open().load(for: server)
    #expect(stored.presence.first?.statusMessage == "after")
    await store.close()
  }
}
