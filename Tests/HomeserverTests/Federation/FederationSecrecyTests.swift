import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What another server may not learn from how its messages are treated: whether somebody exists, and who is there.
struct FederationSecrecyTests {
  let simulation = Simulation()
  let network = TestNetwork()
  let store = CommitLog()
  let red: TestHomeserver
  let ann: Session
  let evil: ServerName
  let signer: TestSigner

  init() throws {
    red = try network.start("red.example", in: simulation, store: store, seed: 1)
    ann = try red.register("ann")
    evil = try ServerName("evil.example").orThrow("a name")
    let signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 66)
    self.signer = signer
    let time = simulation.time
    network.answer { request, server in
      guard request.path.contains("key") else { return WireResponse(status: 200, body: Array("{}".utf8)) }
      let document = try signer.document(of: server, validUntil: time.wallTime.milliseconds + 86_400_000)
      return WireResponse(status: 200, body: document.body)
    }
  }

  private func send(_ kind: String, _ localpart: String, id: String) throws {
    let body =
      #"{"edus":[{"content":{"observed_user":"@\#(localpart):red.example","observer_user":"@mal:evil.example"},"#
      + #""edu_type":"\#(kind)"}],"origin":"evil.example","origin_server_ts":1,"pdus":[]}"#
    let request = try signer.signed(
      WireRequest(.put, ["_matrix", "federation", "v1", "send", id], body: Array(body.utf8)), from: evil,
      to: red.name)
    let answer = try red.respond(to: request, from: Peer(address: "192.0.2.66", isSameUser: false))
    #expect(answer.status == 200)
  }

  /// What is stored before each answer to an invite, its repetition, and a drop.
  private func stored(for localpart: String) throws -> [String] {
    var stored: [String] = []
    let steps = [
      "m.presence_invite", "m.presence_invite", "chat.porchlight.presence_drop", "m.presence_invite",
      "chat.porchlight.presence_drop", "chat.porchlight.presence_drop",
    ]
    for (number, kind) in steps.enumerated() {
      simulation.advance(by: .seconds(70))
      store.forget()
      try send(kind, localpart, id: "\(localpart)\(number)")
      stored += store.commits.map { $0.replacing("@\(localpart):", with: "@whoever:") }
    }
    return stored
  }

  @Test func theSameRowsAreStoredForSomebodyAndNobody() throws {
    let forAnn = try stored(for: "ann")
    #expect(forAnn.contains { $0.contains("@mal:evil.example @whoever:red.example - asked true") })
    #expect(try stored(for: "nobody") == forAnn)
  }

  @Test func theAskingServerIsAnsweredBeforeThePollsOfTheAskedPerson() throws {
    let screen = red.connect(ann)
    simulation.advance(by: .seconds(5))
    try send("m.presence_invite", "ann", id: "1")
    #expect(screen.roster.invites.isEmpty)
    simulation.advance(by: .milliseconds(20))
    #expect(screen.roster.invites.keys.map(\.rawValue) == ["@mal:evil.example"])
  }
}
