import Foundation
import GRDB
import Homeserver
import MatrixWire
import PorchlightTestSupport
import PresenceCore
import RoomCore
import Testing

@testable import HomeserverSQLite

/// Databases that earlier versions wrote are opened by this one, and nothing in them is lost.
///
/// `Databases/COMMIT.sqlite` was written by the build of that commit, by `.ci/fill-database.py`. A change of the
/// schema adds the database of the version before it.
struct UpgradeTests {
  static let versions = ["fa41609", "723a211", "4b0bcc6"]
  /// Versions that had rooms.
  static let withRooms: Set = ["4b0bcc6"]
  private static let server = ServerName("harbor.example")

  private static func fixture(_ version: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Databases/\(version).sqlite").path
  }

  /// A copy of an earlier version's database.
  private func place(_ version: String) throws -> DiskPlace {
    let place = try DiskPlace()
    try FileManager.default.copyItem(atPath: Self.fixture(version), toPath: place.path)
    return place
  }

  /// Every row of every table, as columns and values.
  private func rows(_ path: String) throws -> [String: Set<[String: DatabaseValue]>] {
    let database = try DatabaseQueue(path: path)
    defer { try? database.close() }
    return try database.read { db in
      let tables = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      return try Dictionary(
        uniqueKeysWithValues: tables.map { table in
          let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(table)")
          return (table, Set(rows.map { row in Dictionary(uniqueKeysWithValues: row.map { ($0.0, $0.1) }) }))
        })
    }
  }

  private func load(_ path: String) async throws -> StoredServer {
    let store = try SQLiteServerStore(path: path)
    let stored = try await store.load(for: Self.server.orThrow("server"))
    await store.close()
    return stored
  }

  @Test(arguments: versions) func everyRowOfAnEarlierVersionIsStillThere(version: String) async throws {
    let place = try place(version)
    let before = try rows(place.path)
    _ = try await load(place.path)
    let after = try rows(place.path)
    #expect(before["account"]?.count == 6)
    // The count of starts goes up with each.
    for (table, rows) in before where table != "meta" {
      let found = try #require(after[table], "the table \(table) is gone")
      for row in rows {
        #expect(
          found.contains { other in row.allSatisfy { other[$0.key] == $0.value } }, "\(table) lost \(row)")
      }
    }
  }

  @Test(arguments: versions) func whatAnEarlierVersionKeptMeansTheSame(version: String) async throws {
    let place = try place(version)
    try expectEverything(in: try await load(place.path), version)
  }

  /// Each change of the schema is one transaction, so this is what a power cut between any two of them leaves.
  @Test(arguments: versions) func aHalfUpgradedDatabaseIsUpgradedByTheNextStart(version: String) async throws
  {
    let migrator = Schema.migrator
    for last in migrator.migrations {
      let place = try place(version)
      let database = try DatabaseQueue(path: place.path)
      let isEarlier = try await database.read { db in try migrator.appliedIdentifiers(db).contains(last) }
      if !isEarlier { try migrator.migrate(database, upTo: last) }
      try database.close()
      try expectEverything(in: try await load(place.path), version)
    }
  }

  @Test func anOlderProgramLeavesANewerDatabaseAlone() async throws {
    let place = try place("fa41609")
    let database = try DatabaseQueue(path: place.path)
    try await database.writeWithoutTransaction { db in
      try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('of a later version')")
    }
    try database.close()
    let bytes = try Data(contentsOf: URL(filePath: place.path))
    let error = #expect(throws: StoreError.self) { try SQLiteServerStore(path: place.path) }
    #expect(error?.code == .foreign)
    #expect(error?.message.contains("newer porchlight") == true)
    #expect(try Data(contentsOf: URL(filePath: place.path)) == bytes)
  }

  // MARK: What `.ci/fill-database.py` wrote

  private func user(_ localpart: String) throws -> UserID {
    try UserID("@\(localpart):harbor.example").orThrow(localpart)
  }

  private func expectEverything(in stored: StoredServer, _ version: String) throws {
    let ann = try user("ann")
    #expect(stored.starts == 2)
    #expect(Set(stored.accounts.map(\.user.localpart)) == ["ann", "bob", "cara", "dave", "hugo", "gone"])
    #expect(stored.accounts.allSatisfy { $0.passwordHash?.isEmpty == false })
    let profile = stored.accounts.first { $0.user == ann }?.profile
    #expect(profile == Profile(displayName: "Ann B\u{e9}rard", avatarURL: "mxc://harbor.example/ann"))

    let devices = Set(stored.devices.filter { $0.user == ann }.map(\.id.rawValue))
    #expect(devices == ["FIRST", "SECOND"])
    #expect(stored.devices.first { $0.user == ann }?.displayName != nil)
    let kinds = stored.tokens.filter { $0.user == ann }.map(\.kind)
    #expect(kinds.filter { $0 == .access }.count == 2)
    #expect(kinds.filter { $0 == .refresh }.count == 1)
    #expect(stored.tokens.allSatisfy { $0.user.localpart != "gone" })

    let presence = Dictionary(uniqueKeysWithValues: stored.presence.map { ($0.user.localpart, $0) })
    #expect(presence["ann"]?.choice == .busy)
    #expect(presence["ann"]?.statusMessage == "writing \u{2013} \u{5317}\u{4eac}")
    #expect(presence["bob"]?.choice == .freeForChat)
    #expect(presence["hugo"]?.choice == .hidden)
    #expect(presence["hugo"]?.statusMessage == "seen by nobody")
    #expect(presence["hugo"]?.frozen?.statusMessage == "seen by all")

    let lists = Dictionary(
      uniqueKeysWithValues: stored.relationships.map { record in
        ("\(record.owner.localpart) \(record.observed.localpart)", record.relationship)
      })
    #expect(lists["ann bob"]?.entry?.state == .accepted)
    #expect(lists["ann bob"]?.entry?.groups == ["work", "friends"])
    #expect(lists["ann bob"]?.isAllowed == true)
    #expect(lists["ann hugo"]?.isAllowed == true)
    #expect(lists["ann cara"]?.entry == nil)
    #expect(lists["ann dave"]?.entry?.state == .pending)
    #expect(lists["ann dave"]?.askedAt != nil)
    #expect(lists["ann nobody-yet"]?.entry?.state == .pending)
    #expect(lists["bob ann"]?.askedAt != nil)

    let data = stored.accountData.filter { $0.user == ann }
    #expect(data.map(\.type) == ["chat.porchlight.test"])
    #expect(data.map { String(decoding: $0.content, as: UTF8.self) } == [#"{"value": ["\u00e9", 1, null]}"#])
    let filter = try #require(stored.filters.first { $0.user == ann })
    #expect(filter.id == 1)
    #expect(String(decoding: filter.definition, as: UTF8.self).contains("m.presence"))
    guard Self.withRooms.contains(version) else {
      #expect(stored.roomRows == RoomRows())
      return
    }
    try expectRooms(in: stored.roomRows)
  }

  private func expectRooms(in rows: RoomRows) throws {
    let (ann, dave) = (try user("ann"), try user("dave"))
    let hall = try #require(rows.rooms.first)
    #expect(rows.rooms.count == 1 && hall.isListed)
    #expect(rows.aliases.map(\.alias.rawValue) == ["#hall:harbor.example"])
    let members = rows.state.filter { $0.type == RoomEventType.member }
    let memberships = Dictionary(uniqueKeysWithValues: members.map { ($0.stateKey, $0.membership) })
    #expect(
      memberships == [
        ann.rawValue: .join, try user("bob").rawValue: .join, try user("cara").rawValue: .invite,
        dave.rawValue: .leave,
      ])
    // Ann made the room, and had another name later.
    let own = try #require(members.first { $0.stateKey == ann.rawValue })
    #expect(own.position == 20 && rows.joins == [own.id: 2])
    #expect(rows.ends == [RoomEnd(own)])
    #expect(rows.forgotten.map(\.user) == [dave])
    #expect(rows.receipts.map(\.receipt.eventPosition) == [13])
    #expect(rows.accountData.map(\.type) == ["m.tag"])
    #expect(rows.transactions.map(\.number).sorted() == [1, 2, 3, 4])
  }

  @Test func messagesOfAnEarlierVersionCountAsUnread() async throws {
    let place = try place("4b0bcc6")
    let store = try SQLiteServerStore(path: place.path)
    let room = try #require(
      try await store.load(for: Self.server.orThrow("server")).roomRows.rooms.first?.room)
    let messages = try await store.newestMessages(in: [room: TimelineRange()], limit: 10)
    let seen = try await store.visibility(of: [room], for: try user("ann"))
    await store.close()
    #expect(messages[room]?.map(\.position) == [13, 15], "One was redacted.")
    #expect(seen[room]?.map(\.position) == [2, 6])
  }
}
