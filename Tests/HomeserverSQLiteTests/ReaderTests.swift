import Dispatch
import GRDB
import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import HomeserverSQLite

/// The connections that read beside the writer.
struct ReaderTests {
  private let place: DiskPlace
  private let store: SQLiteServerStore
  private let room: RoomID
  private let ann: UserID

  init() throws {
    place = try DiskPlace()
    store = try SQLiteServerStore(path: place.path)
    room = try RoomID("!room:harbor.example").orThrow("room")
    ann = try UserID("@ann:harbor.example").orThrow("ann")
  }

  private func message(_ position: UInt64) throws -> StoreChange {
    .rooms(
      .event(
        PDU(
          id: try EventID("$\(position)").orThrow("event"), room: room, type: "m.room.message", stateKey: nil,
          sender: ann, content: Array("{}".utf8), timestamp: WallTime(milliseconds: 1),
          depth: Int64(position), position: position),
        EventLinks(previous: [], authorizing: [], contentHash: "")))
  }

  /// How many events a reader sees.
  private func count() async throws -> Int {
    try await store.timeline(TimelinePage(room, TimelineRange(), .forward, limit: 1_000)).count
  }

  @Test func aCommitWaitsForNoRead() async throws {
    let gate = DispatchSemaphore(value: 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<ReaderPool.size { group.addTask { try await store.readers.read { _ in gate.wait() } } }
      try await store.commit([message(1)])
      for _ in 0..<ReaderPool.size { gate.signal() }
      try await group.waitForAll()
    }
    #expect(try await count() == 1)
  }

  @Test func aReadWaitsForNoCommit() async throws {
    try await store.commit([message(1)])
    let (gate, begun) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
    async let commit: Void = store.perform { _ in
      begun.continuation.yield()
      gate.wait()
    }
    for await _ in begun.stream { break }
    let found = try await count()
    gate.signal()
    try await commit
    #expect(found == 1)
  }

  @Test func whatIsCommittedIsReadByAll() async throws {
    for position in 1...20 {
      try await store.commit([message(UInt64(position))])
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 * ReaderPool.size { group.addTask { try await count() } }
        for try await found in group { #expect(found == position) }
      }
    }
  }

  @Test func aReaderChangesNothing() async throws {
    try await store.commit([message(1)])
    await #expect(throws: StoreError.self) {
      try await store.readers.read { try $0.execute(sql: "DELETE FROM room_event") }
    }
    #expect(try await count() == 1)
  }

  @Test func anEndWaitsForReadsAndRefusesLaterOnes() async throws {
    try await store.commit([message(1)])
    let (gate, begun) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
    async let last = store.readers.read { db in
      begun.continuation.yield()
      gate.wait()
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM room_event")
    }
    for await _ in begun.stream { break }
    async let end: Void = store.close()
    gate.signal()
    #expect(try await last == 1)
    await end
    let error = await #expect(throws: StoreError.self) { try await count() }
    #expect(error?.code == .closed)
    #expect(DiskPlace.run("test -e '\(place.path)-wal'") != 0)
  }

  @Test func aReaderThatCannotBeOpenedSaysSo() async throws {
    let pool = ReaderPool(path: place.folder + "/none/store.sqlite")
    for _ in 0..<2 * ReaderPool.size {
      await #expect(throws: StoreError.self) { try await pool.read { _ in } }
    }
    await pool.close()
  }
}
