import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Servers that speak the standard only: they push unasked, without names, and answer nothing.
struct ServerOfTodayTests {
  let simulation = Simulation()
  let network = TestNetwork()
  let red: TestHomeserver
  let ann: Session
  let old: ServerName
  let bob: UserID
  let signer: TestSigner

  /// Ann sees Bob of such a server, as far as it says something.
  init() throws {
    red = try network.start("red.example", in: simulation, seed: 1)
    ann = try red.register("ann")
    old = try ServerName("old.example").orThrow("a name")
    bob = try UserID("@bob:old.example").orThrow("a name")
    let signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 66)
    self.signer = signer
    let time = simulation.time
    network.answer { request, server in
      if request.path.contains("key") {
        let document = try signer.document(of: server, validUntil: time.wallTime.milliseconds + 86_400_000)
        return WireResponse(status: 200, body: document.body)
      }
      let isProfile = request.path.contains("profile")
      return WireResponse(status: 200, body: Array((isProfile ? #"{"displayname":"Old Bob"}"# : "{}").utf8))
    }
    try simulation.run { [ann, bob] in try await ann.invite(bob) }
    simulation.advance(by: .seconds(2))
    try send(
      #"{"content":{"observed_user":"@bob:old.example","observer_user":"@ann:red.example"},"edu_type":"m.presence_accept"}"#,
      id: "1")
  }

  private func send(_ edu: String, id: String) throws {
    let body = #"{"edus":[\#(edu)],"origin":"old.example","origin_server_ts":1,"pdus":[]}"#
    let request = try signer.signed(
      WireRequest(.put, ["_matrix", "federation", "v1", "send", id], body: Array(body.utf8)), from: old,
      to: red.name)
    let answer = try red.respond(to: request, from: Requester(address: "192.0.2.66", isSameUser: false))
    #expect(answer.status == 200)
  }

  private func push(_ state: String, id: String) throws {
    try send(
      #"{"content":{"push":[{"last_active_ago":0,"presence":"\#(state)","user_id":"@bob:old.example"}]},"#
        + #""edu_type":"m.presence"}"#, id: id)
    simulation.advance(by: .seconds(2))
  }

  @Test func aNameThatIsNotSentIsAskedFor() throws {
    let screen = red.connect(ann)
    simulation.advance(by: .seconds(5))
    try push("online", id: "2")
    #expect(screen.state(of: bob) == .online)
    #expect(screen.roster.contacts[bob]?.displayName == "Old Bob")
    try push("unavailable", id: "3")
    #expect(screen.state(of: bob) == .unavailable)
    #expect(screen.roster.contacts[bob]?.displayName == "Old Bob")
    #expect(network.sent.count { $0.request.path.contains("profile") } == 1)
  }

  @Test func whatWasPushedIsThereForWhoeverLooksLater() throws {
    let first = red.connect(ann)
    simulation.advance(by: .seconds(5))
    try push("online", id: "2")
    first.vanish()
    simulation.advance(by: .seconds(1200))
    let second = red.connect(ann)
    simulation.advance(by: .seconds(5))
    #expect(second.state(of: bob) == .online)
  }

  @Test func whatIsPushedWhileNobodyLooksIsThereForWhoeverLooksLater() throws {
    try push("online", id: "2")
    simulation.advance(by: .seconds(600))
    let list = try simulation.run { [ann] in try await ann.presenceList() }
    #expect(list.list.map(\.presence.state) == [.online])
  }
}
