import GRDB
import Homeserver
import MatrixWire
import PorchlightTestSupport
import RoomCore
import Testing

@testable import HomeserverSQLite

/// Databases whose rooms were written by earlier versions.
struct RoomMigrationTests {
  /// What the store finds in a database as version 5 of the tables wrote it.
  private func load(_ rows: String) async throws -> StoredServer {
    let place = try DiskPlace()
    let database = try DatabaseQueue(path: place.path)
    try Schema.migrator.migrate(database, upTo: "5")
    try await database.write { db in try db.execute(sql: rows) }
    try database.close()
    let store = try SQLiteServerStore(path: place.path)
    let stored = try await store.load(for: ServerName("harbor.example").orThrow("server"))
    await store.close()
    return stored
  }

  @Test func membersOfAnEarlierVersionCameInWhereTheyJoined() async throws {
    func member(_ position: Int, _ room: String, _ membership: String) -> String {
      """
      INSERT INTO room_event VALUES (
        \(position), '$\(position)', '\(room)', CAST('m.room.member' AS BLOB),
        CAST('@ann:harbor.example' AS BLOB), '@ann:harbor.example',
        CAST('{"membership":"\(membership)"}' AS BLOB), 1, 1, x'5B5D', x'5B5D', 'hash', NULL);
      INSERT OR REPLACE INTO room_state VALUES ('\(room)', CAST('m.room.member' AS BLOB),
        CAST('@ann:harbor.example' AS BLOB), \(position));
      """
    }
    let stored = try await load(
      member(1, "!a:x.example", "join") + member(2, "!b:x.example", "join")
        + member(3, "!a:x.example", "join") + member(4, "!a:x.example", "leave")
        + member(5, "!a:x.example", "join")
        + member(6, "!a:x.example", "join") + member(7, "!c:x.example", "leave")
        + member(8, "!c:x.example", "leave"))
    let joins = Dictionary(uniqueKeysWithValues: stored.roomRows.joins.map { ($0.key.rawValue, $0.value) })
    #expect(joins == ["$6": 5])
  }

  @Test func whatRequestsOfDevicesDidThatAreGoneIsForgotten() async throws {
    let stored = try await load(
      """
      INSERT INTO device (user, id) VALUES ('@ann:harbor.example', CAST('DESK' AS BLOB));
      INSERT INTO room_transaction VALUES
        ('@ann:harbor.example', CAST('DESK' AS BLOB), x'31', x'31', '$1', 1),
        ('@ann:harbor.example', CAST('GONE' AS BLOB), x'31', x'31', '$2', 2),
        ('@bob:harbor.example', CAST('DESK' AS BLOB), x'31', x'31', '$3', 3);
      """)
    #expect(stored.roomRows.transactions.map(\.event.rawValue) == ["$1"])
  }
}
