import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What this server does with others because a user asked it to.
struct FederationClientTests {
  let simulation = Simulation()
  let network = TestNetwork()

  private static let client = Requester(address: "192.0.2.7", isSameUser: false)

  @Test(arguments: [
    WireRequest(.get, ["_matrix", "client", "versions"]),
    WireRequest(.get, ["_matrix", "key", "v2", "server"]),
    WireRequest(.get, ["_matrix", "client", "v3", "profile", "@nobody:red.example"]),
    WireRequest(.put, ["_matrix", "federation", "v1", "send", "1"]), WireRequest(.get, ["nothing", "there"]),
  ])
  func aTokenNobodyLooksAtFreesNobody(_ plain: WireRequest) throws {
    let red = try network.start("red.example", in: simulation, seed: 1) {
      $0.rateLimits.requests = .init(perSecond: 1, burst: 5)
    }
    var request = plain
    request.accessToken = AccessToken("junk")
    var statuses: [Int] = []
    for _ in 0..<6 { statuses.append(try red.respond(to: request, from: Self.client).status) }
    #expect(statuses.prefix(5).allSatisfy { $0 != 429 })
    #expect(statuses.last == 429)
  }

  @Test func aProfileElsewhereIsAskedOnceAMinute() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let blue = try network.start("blue.example", in: simulation, seed: 2)
    let (ann, bob) = (try red.register("ann"), try blue.register("bob"))
    func name() throws -> String? {
      try simulation.run { try await ann.profile(of: bob.userID).displayName }
    }
    try simulation.run { try await bob.setDisplayName("Bob") }
    #expect(try name() == "Bob")
    let asked = network.sent.count
    try simulation.run { try await bob.setDisplayName("Robert") }
    for _ in 0..<10 { #expect(try name() == "Bob") }
    #expect(network.sent.count == asked)
    simulation.advance(by: .seconds(60))
    #expect(try name() == "Robert")
  }

  @Test func whyAServerDoesNotAnswerIsNotTold() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let token = try red.token(of: "ann")
    var request = WireRequest(.get, ["_matrix", "client", "v3", "profile", "@x:10.0.0.5:6379"])
    request.accessToken = token
    for _ in 0..<10 {
      let answer = try red.respond(to: request)
      #expect(answer.status == 502)
      let error = try WireJSON.decode(MatrixError.self, from: answer.body)
      #expect(error.message == "The server 10.0.0.5:6379 did not answer.")
    }
    #expect(network.sent.count == 1)
    request.accessToken = nil
    #expect(try red.respond(to: request).status == 401)
    #expect(network.sent.count == 1)
  }

  @Test func whyAServerDoesNotAnswerIsToldToWhoeverRunsThisOne() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let ann = try red.register("ann")
    let dana = try UserID("@dana:gone.example").orThrow("a user")
    try simulation.run { try await ann.invite(dana) }
    simulation.advance(by: .seconds(20))
    #expect(network.notices == ["gone.example does not answer: connection refused"])
    let peer = try report(of: red).peers.first.orThrow("a peer")
    #expect(peer.lastError == "connection refused")
    #expect(peer.failingFor ?? 0 > 15_000)
    let gone = try network.start("gone.example", in: simulation, seed: 2)
    simulation.advance(by: .seconds(60))
    #expect(network.notices.last == "gone.example answers again")
    #expect(try report(of: red).peers.allSatisfy { $0.lastError == nil })
    gone.stop()
  }

  @Test func aServerWithoutKeysIsRefusedAndNamed() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let green = try ServerName("green.example").orThrow("a name")
    let signer = TestSigner(try KeyID("ed25519:a_test").orThrow("a key"), secret: 9)
    let request = try signer.signed(
      WireRequest(.put, ["_matrix", "federation", "v1", "send", "1"], body: Array(#"{"pdus":[]}"#.utf8)),
      from: green, to: red.name)
    for _ in 0..<5 { #expect(try red.respond(to: request, from: Self.client).status == 401) }
    #expect(
      network.notices == [
        "Refused a request of green.example: its keys cannot be fetched (connection refused)"
      ])
  }

  @Test func whoeverSeesSomebodyElsewhereMakesTheirServerKnown() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let blue = try network.start("blue.example", in: simulation, seed: 2)
    let (ann, bob) = (try red.register("ann"), try blue.register("bob"))
    try simulation.run { try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    #expect(network.known == [], "an invite is nothing yet: anybody can name anybody")
    try simulation.run { try await bob.accept(ann.userID) }
    simulation.advance(by: .seconds(1))
    #expect(network.known == [red.name, blue.name])
    try simulation.run { try await ann.drop(bob.userID) }
    simulation.advance(by: .seconds(1))
    #expect(network.known == [])
  }

  private func report(of server: TestHomeserver) throws -> PeerReport {
    let answer = try server.respond(
      to: WireRequest(.get, ["_matrix", "client", "unstable", UnstablePrefix.namespace, "peers"]))
    return try WireJSON.decode(PeerReport.self, from: answer.body)
  }
}
