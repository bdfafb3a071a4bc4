import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Another program answers in the homeserver's place: the login page of a network, a proxy, a web server.
struct MatrixAnswerTests: FaultyWayTests {
  let scene: FaultyWay

  init() throws { scene = try FaultyWay() }

  static let portals: [WireResponse] = [
    answer(302, [.init("Location", "http://portal.hotel.example/login?user=ann&mac=1")]),
    answer(401, html, "<html>Log in</html>"),
    answer(401),
    answer(401, json, #"{"error":"not signed in","code":401}"#),
    answer(401, json, #"{"errcode":401}"#),
    answer(403, html, "<html>Blocked by policy</html>"),
    answer(404, html, "<!doctype html>"),
    answer(407, html, "<html>Proxy</html>"),
    answer(511, html, "<html>Log in</html>"),
    answer(200, html, "<html>Welcome</html>"),
    answer(200), answer(204),
    answer(200, json, #"["welcome"]"#),
    answer(503, html, "<html>Unavailable</html>"),
    answer(200, json, "\u{0}\u{1}garbage"),
  ]

  private static let html = [WireResponse.Header("Content-Type", "text/html; charset=utf-8")]
  private static let json = [WireResponse.Header("Content-Type", "application/json")]

  private static func answer(
    _ status: Int, _ headers: [WireResponse.Header] = [], _ body: String = ""
  ) -> WireResponse {
    WireResponse(status: status, headers: headers, body: Array(body.utf8))
  }

  @Test(arguments: portals)
  func aPortalEndsNoStream(portal: WireResponse) throws {
    let bob = try server.register("bob")
    try server.befriend(ann, bob)
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(5))
    way.answerInstead(portal)
    simulation.advance(by: .seconds(600))
    #expect(screen.failure == nil)
    way.answerInstead(nil)
    try simulation.run { try await bob.setStatus(.busy, text: "after the portal") }
    simulation.advance(by: .seconds(75))
    #expect(screen.roster.contacts[bob.userID]?.statusText == "after the portal")
  }

  @Test(arguments: portals)
  func aStatusChosenBehindAPortalArrivesLater(portal: WireResponse) throws {
    let publisher = PresencePublisher(
      source: ListRosterSource(ann, deviceType: nil, seed: 1), spacing: .zero, seed: 1)
    let refused = Box<SDKError>()
    simulation.start {
      await publisher.run { outcome in
        if case .refused(_, let error) = outcome { refused.set(error) }
        if case .loggedOut(let error) = outcome { refused.set(error) }
      }
    }
    way.answerInstead(portal)
    publisher.publish(StatusUpdate(presence: .busy, statusMessage: "at the hotel"))
    simulation.advance(by: .seconds(300))
    #expect(refused.value == nil)
    way.answerInstead(nil)
    simulation.advance(by: .seconds(75))
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.statusMessage == "at the hotel")
  }

  private func message(_ answer: WireResponse) throws -> String {
    way.answerInstead(answer)
    let error = #expect(throws: SDKError.self) {
      try simulation.run { [ann] in try await ann.setStatus(.busy, text: nil) }
    }
    return try #require(error).message
  }

  @Test func aRedirectSaysWhereItLeadsAndNothingOfWhoAsked() throws {
    #expect(
      try message(Self.portals[0])
        == "harbor.example answers with a redirect to http://portal.hotel.example/login (status 302): "
        + "is there a login page or a proxy between?")
  }

  @Test func aWebPageIsCalledOne() throws {
    #expect(
      try message(Self.portals[1])
        == "harbor.example answers with a web page (status 401): is there a login page or a proxy between?")
  }

  @Test func aLongRedirectIsCut() throws {
    let location = "http://portal.example/" + String(repeating: "x", count: 5000)
    #expect(try message(Self.answer(302, [.init("Location", location)])).utf8.count < 250)
  }

  /// Only a homeserver ends a session, and it says so in its own words.
  @Test func aHomeserverThatDoesNotKnowTheTokenEndsTheStream() throws {
    let screen = server.connect(ann)
    way.answerInstead(.json(MatrixError(.unknownToken, "Removed."), status: 401))
    simulation.advance(by: .seconds(60))
    #expect(screen.failure?.code == .loggedOut)
  }

  @Test func aPortalDoesNotCostARefreshTokensSession() throws {
    let client = Client(exchange: way, time: simulation.time)
    let bob = try simulation.run { try await client.register(username: "bob", isRefreshable: true) }
    way.answerInstead(Self.portals[2])
    let error = #expect(throws: SDKError.self) {
      try simulation.run { try await bob.setStatus(.busy, text: nil) }
    }
    #expect(error?.code == .badAnswer)
    way.answerInstead(nil)
    try simulation.run { try await bob.setStatus(.busy, text: nil) }
  }
}
