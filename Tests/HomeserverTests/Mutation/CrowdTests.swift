import MatrixWire
import PorchlightTestSupport
import Testing

@testable import Homeserver

extension BadPeerTests {
  /// Ten thousand servers nobody knows, each with keys of its own: what is kept of them is counted.
  @Test func tenThousandServersAreForgotten() throws {
    let states =
      #"{"content":{"chat.porchlight.epoch":5,"poll":["@ann:red.example"],"push":[{"last_active_ago":0,"presence":"online","user_id":"@x:ORIGIN"}]},"edu_type":"m.presence"}"#
    for number in 0..<10_000 {
      let name = "s\(number).example"
      let origin = try ServerName(name).orThrow("a name")
      let body = transaction(
        [invite("@x:\(name)"), states.replacing("ORIGIN", with: name)], from: name)
      let answer = try red.respond(to: request(body, from: origin), from: EvilServer.peer)
      #expect(answer.status == 200)
    }
    simulation.advance(by: .seconds(120))
    let server = red.homeserver
    let keys = try simulation.run { await server.federationClient?.authentication.keys.counts }
    #expect(keys.map { [$0.known, $0.failed, $0.fetching].max() ?? 0 } ?? .max <= 1_024)
    let kept = try simulation.run {
      [
        await server.presence.peerStatus.count, await server.presence.federation?.receiving.count ?? .max,
        await server.presence.unwritten.peers.changes.count,
        await server.presence.federation?.retainedRows ?? .max,
      ]
    }
    #expect(kept[0] == 0)
    #expect(kept[1] == 0)
    #expect(kept[2] <= 2_048)
    #expect(kept[3] <= 1_024)
    #expect(try whoAsks().count == 800)
    #expect(network.notices.isEmpty)
  }
}
