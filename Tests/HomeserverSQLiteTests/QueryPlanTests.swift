import GRDB
import MatrixWire
import PorchlightTestSupport
import Testing

@testable import HomeserverSQLite

/// How SQLite finds what is asked of rooms: never by looking through all events.
struct QueryPlanTests {
  private static let statements = [
    "events": RoomQueries.events, "pages forward": RoomQueries.timeline(.forward),
    "pages backward": RoomQueries.timeline(.backward), "newest events": RoomQueries.newestEvents,
    "oldest events": RoomQueries.oldestEvents, "newest messages": RoomQueries.newestMessages,
    "state": RoomQueries.state, "visibility": RoomQueries.visibility,
  ]

  /// How a statement is done, step by step.
  private func plan(_ sql: String) async throws -> [String] {
    let place = try DiskPlace()
    await (try SQLiteServerStore(path: place.path)).close()
    let database = try DatabaseQueue(path: place.path)
    defer { try? database.close() }
    return try await database.read { db in
      let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
      // Without values, which change no plan.
      statement.setUncheckedArguments(StatementArguments())
      return try Row.fetchAll(statement).map { $0["detail"] as String }
    }
  }

  /// What a plan looks through from end to end.
  private func scanned(_ plan: [String]) -> [Substring] {
    plan.compactMap { step in
      let words = step.split(separator: " ")
      return words.first == "SCAN" ? words.dropFirst().first : nil
    }
  }

  @Test(arguments: statements.keys.sorted()) func aQuestionLooksThroughNothingButWhatItNames(
    _ name: String
  ) async throws {
    let plan = try await plan(Self.statements[name].orThrow(name))
    // The rooms or events of the question, and what was found.
    #expect(Set(scanned(plan)).isSubset(of: ["w", "json_each", "p"]))
    // Positions are those of all rooms together.
    let ranges = plan.filter { $0.contains("rowid>") || $0.contains("rowid<") }
    #expect(ranges.allSatisfy { $0.contains("room=?") }, "\(ranges)")
  }

  @Test func whatAUserMaySeeIsFoundWithoutTheirNames() async throws {
    let plan = try await plan(RoomQueries.visibility)
    #expect(plan.contains { $0.contains("INDEX room_event_turn (room=? AND state_key=?)") })
  }

  @Test func unreadMessagesAreFoundAmongMessagesOnly() async throws {
    let plan = try await plan(RoomQueries.newestMessages)
    #expect(plan.contains { $0.contains("INDEX room_event_message (room=? AND rowid>? AND rowid<?)") })
  }

  @Test func aStartLooksThroughTheCurrentStateOnly() async throws {
    let joins = try await plan("SELECT \(RoomTables.joinedAt) FROM " + RoomTables.currentState)
    #expect(Set(scanned(joins)) == ["room_state"])
    let state = try await plan("SELECT 1 FROM " + RoomTables.currentState)
    #expect(Set(scanned(state)) == ["room_state"])
    let ends = try await plan("SELECT 1 FROM " + RoomTables.lastEvents)
    #expect(Set(scanned(ends)) == ["room_state", "rooms"])
  }
}
