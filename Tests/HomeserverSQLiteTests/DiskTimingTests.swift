import MatrixWire
import PorchlightTestSupport
import Testing

/// What the time of an answer tells where everything is stored on a disk before it is true.
@Suite(.serialized, .usesAllCores) struct DiskTimingTests {
  @Test func howLongAnInviteTakesDoesNotTellWhetherAPersonExists() async throws {
    let place = try DiskPlace()
    try await TimedHomeserver.run(store: try place.open()) { server in
      let ann = try await server.register("ann")
      let times = try await server.compareExistence(tries: 400) { name, _ in
        try await server.time(WireRequest.inviteAndDrop(server.user(name), as: ann))
      }
      #expect(times.z <= 4, "\(times)")
    }
  }
}
