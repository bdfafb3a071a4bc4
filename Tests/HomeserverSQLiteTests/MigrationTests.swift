import GRDB
import Homeserver
import HomeserverSQLite
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

/// Databases of earlier versions: all that is in them is found.
struct MigrationTests {
  private func user(_ localpart: String) throws -> UserID {
    try UserID("@\(localpart):harbor.example").orThrow(localpart)
  }

  /// Makes a database what it was before others were shown the profile from before a user hid.
  private func takeBack(_ path: String) throws {
    let database = try DatabaseQueue(path: path)
    try database.writeWithoutTransaction { db in
      for column in ["frozen_avatar_url", "frozen_display_name", "is_profile_frozen"] {
        try db.execute(sql: "ALTER TABLE presence DROP COLUMN \(column)")
      }
      try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '4'")
    }
    try database.close()
  }

  @Test func whoHidesInAnOldDatabaseIsShownAsTheyWereThen() async throws {
    let place = try DiskPlace()
    let server = try ServerName("harbor.example").orThrow("server")
    let profile = Profile(displayName: "Ann", avatarURL: "mxc://harbor.example/ann")
    let first = try SQLiteServerStore(path: place.path)
    _ = try await first.load(for: server)
    let time = WallTime(milliseconds: 1)
    var changes: [StoreChange] = []
    for (name, choice) in [("ann", PresenceState.hidden), ("bob", .offline), ("cem", .busy)] {
      let frozen = PresenceRecord.Frozen(statusMessage: "what they see", lastActive: time)
      changes += [
        .account(AccountRecord(user: try user(name), createdAt: time, profile: profile)),
        .presence(
          PresenceRecord(
            user: try user(name), choice: choice, lastActive: time, frozen: choice == .hidden ? frozen : nil)),
      ]
    }
    try await first.commit(changes)
    await first.close()
    try takeBack(place.path)
    let second = try SQLiteServerStore(path: place.path)
    let stored = try await second.load(for: server)
    await second.close()
    let shown = Dictionary(uniqueKeysWithValues: stored.presence.map { ($0.user.localpart, $0.shownProfile) })
    #expect(shown == ["ann": profile, "bob": profile, "cem": nil])
    #expect(stored.accounts.count == 3)
    #expect(stored.presence.first { $0.choice == .hidden }?.frozen?.statusMessage == "what they see")
  }
}
