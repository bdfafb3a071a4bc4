import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What another server may not learn from how its messages are treated: whether a user exists, and who is online.
struct FederationSecrecyTests: EvilServerTests {
  let scene: EvilServer
  let store = CommitLog()

  init() throws { scene = try EvilServer(store: store) }

  private func send(_ kind: String, _ localpart: String, id: String) throws {
    let body =
      #"{"edus":[{"content":{"observed_user":"@\#(localpart):red.example","observer_user":"@mal:evil.example"},"#
      + #""edu_type":"\#(kind)"}],"origin":"evil.example","origin_server_ts":1,"pdus":[]}"#
    let answer = try red.respond(to: request(body, id: id), from: EvilServer.peer)
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
      stored += store.commits.map { $0.replacing("@\(localpart):", with: "@someone:") }
    }
    return stored
  }

  @Test func theSameRowsAreStoredForSomebodyAndNobody() throws {
    let forAnn = try stored(for: "ann")
    #expect(forAnn.contains { $0.contains("@mal:evil.example @someone:red.example - asked true") })
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
