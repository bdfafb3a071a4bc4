import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// `/.well-known/matrix/client` (Protocol 1.6).
struct ClientDiscoveryTests {
  private func ask(_ server: TestHomeserver, _ method: WireRequest.Method = .get) throws -> Answer {
    let request = WireRequest(method, [".well-known", "matrix", "client"])
    return Answer(
      response: try server.respond(to: request, from: Requester(address: "192.0.2.1", isSameUser: false)))
  }

  @Test func clientsFindTheServerAtItsNameWhereNothingElseIsSaid() throws {
    let answer = try ask(try TestHomeserver(Simulation()))
    #expect(answer.text == #"{"m.homeserver":{"base_url":"https://harbor.example"}}"#)
    #expect(answer.response.header("Content-Type") == "application/json")
  }

  @Test func clientsFindTheServerWhereItSays() throws {
    let server = try TestHomeserver(Simulation()) { $0.publicURL = "https://matrix.harbor.example" }
    #expect(try ask(server).text == #"{"m.homeserver":{"base_url":"https://matrix.harbor.example"}}"#)
    #expect(try ask(server, .put).code == "405 M_UNRECOGNIZED")
  }
}
