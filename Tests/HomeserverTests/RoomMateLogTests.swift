import MatrixWire
import Ports
import Testing

@testable import Homeserver

struct RoomMateLogTests {
  /// Users change by chance, some often; what the log says is what a list of all changes says.
  @Test(arguments: [1, 40, 300, 2_000]) func itTellsWhoChangedInTheOrderOfTheLastChanges(users: Int) throws {
    let ids = try (0..<users).map { try #require(UserID("@user\($0):harbor.example")) }
    var random = SeededGenerator(seed: UInt64(users))
    var log = RoomMateLog()
    var last: [UserID: UInt64] = [:]
    #expect(log.isEmpty)
    for version in 1...3_000 as ClosedRange<UInt64> {
      let user = ids[min(.random(in: 0..<users, using: &random), .random(in: 0..<users, using: &random))]
      log.presenceChanged(of: user, at: version, told: 10 * version)
      last[user] = version
      #expect(log.told(of: user) == 10 * version)
      guard version.isMultiple(of: 50) else { continue }
      #expect(users > 256 || log.floor == 0, "It forgets nobody of a small room.")
      let since = UInt64.random(in: log.floor...version, using: &random)
      let expected = last.filter { $0.value > since }.sorted { $0.value < $1.value }.map(\.key)
      #expect(log.changed(since: since) == expected)
      #expect(log.changed(since: version).isEmpty)
    }
    #expect(!log.isEmpty)
  }
}
