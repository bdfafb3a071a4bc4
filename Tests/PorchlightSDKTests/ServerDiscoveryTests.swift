import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Every way the search for a homeserver ends (Protocol 1.6).
struct ServerDiscoveryTests {
  private static let versions = #"{"versions":["r0.6.1","v1.1"],"unstable_features":{}}"#
  private static let wellKnown = "https://example.org/.well-known/matrix/client"

  /// What comes of the search, and which URLs were asked.
  private func search(
    _ discovery: ServerDiscovery, _ answers: [String: WebAnswer]
  ) -> (step: ServerDiscovery.Step, asked: [String]) {
    var discovery = discovery
    var asked: [String] = []
    while case .ask(let request) = discovery.next {
      asked.append(request.url.rawValue)
      guard asked.count < 20 else { break }
      let missing = ExchangeError(.unreachable, "Nothing listens on \(request.url.origin).")
      discovery.take(answers[request.url.rawValue] ?? .failure(missing))
    }
    return (discovery.next, asked)
  }

  private func search(
    of server: String = "example.org", _ answers: [String: WireResponse]
  ) throws -> (step: ServerDiscovery.Step, asked: [String]) {
    let name = try ServerName(server).orThrow("the value")
    return search(ServerDiscovery(of: name), answers.mapValues { .success($0) })
  }

  private func base(_ step: ServerDiscovery.Step) -> String? {
    if case .found(let server) = step { server.baseURL.text } else { nil }
  }

  private func kind(_ step: ServerDiscovery.Step) -> DiscoveryProblem.Kind? {
    if case .failed(let problem) = step { problem.kind } else { nil }
  }

  private func names(_ url: String) -> WireResponse {
    .text(
      #"{"m.homeserver":{"base_url":"\#(url)"},"m.identity_server":{"base_url":"https://id.example"},"org.x":1}"#
    )
  }

  @Test func theNameSaysWhereItIs() throws {
    let (step, asked) = try search([
      Self.wellKnown: names("https://hs.example.org/"),
      "https://hs.example.org/_matrix/client/versions": .text(Self.versions),
    ])
    #expect(base(step) == "https://hs.example.org")
    #expect(asked == [Self.wellKnown, "https://hs.example.org/_matrix/client/versions"])
  }

  @Test func aHomeserverMayBeBelowAPath() throws {
    let (step, _) = try search([
      Self.wellKnown: names("https://example.org/hs/"),
      "https://example.org/hs/_matrix/client/versions": .text(Self.versions),
    ])
    #expect(base(step) == "https://example.org/hs")
  }

  @Test func thePortOfANameIsOfItsHomeserver() throws {
    let (step, asked) = try search(
      of: "example.org:8448",
      [
        Self.wellKnown: .text("{}", status: 404),
        "https://example.org:8448/_matrix/client/versions": .text(Self.versions),
      ])
    #expect(base(step) == "https://example.org:8448")
    #expect(asked.first == Self.wellKnown)
  }

  @Test func aNameThatSaysNothingIsTriedItself() throws {
    let (step, asked) = try search([
      Self.wellKnown: .text("", status: 404), "https://example.org/_matrix/client/versions": .text("{}"),
    ])
    // Nothing said that it is one, so its user may know better.
    #expect(kind(step) == .prompt)
    #expect(asked.count == 2)
  }

  @Test(arguments: [
    WireResponse.text("", status: 500), .text("", status: 403), .text("", status: 200), .text("<html>"),
    .text("[]"),
    .text("{}"), .text(#"{"m.homeserver":{}}"#), .text(#"{"m.homeserver":{"base_url":5}}"#),
    .text("", status: 204),
    .redirect(to: ""), .redirect(to: "http://example.org/x"), .redirect(to: "http://127.0.0.1/x"),
    .redirect(to: "https://example.org/.well-known/matrix/client"),
  ])
  func aNameThatSaysNothingUsableAsksTheUser(_ answer: WireResponse) throws {
    let (step, asked) = try search([Self.wellKnown: answer])
    #expect(kind(step) == .prompt)
    #expect(asked.allSatisfy { $0 == Self.wellKnown })
  }

  @Test func aNameThatDoesNotAnswerAsksTheUser() throws {
    let (step, asked) = try search([:])
    #expect(kind(step) == .prompt)
    #expect(asked == [Self.wellKnown])
  }

  @Test(arguments: [
    "example.org", "ftp://example.org", "https://u:p@example.org", "http://example.org",
    "http://127.0.0.1:8008", "",
    "https://example.org/?a=b",
  ])
  func aHomeserverByNoURLOrWithoutEncryptionIsAnError(_ url: String) throws {
    let (step, asked) = try search([Self.wellKnown: names(url)])
    #expect(kind(step) == .error)
    #expect(asked == [Self.wellKnown])
  }

  @Test(arguments: [
    WireResponse.text("", status: 404), .text("{}"), .text(#"{"versions":[]}"#),
    .text(#"{"versions":["v9"]}"#),
    .text("<html>"), .text(#"{"versions":["v1.1"]}"#, status: 500), .redirect(to: "https://other.example/"),
  ])
  func aHomeserverThatIsNoneIsAnError(_ answer: WireResponse) throws {
    let (step, asked) = try search([
      Self.wellKnown: names("https://hs.example.org"),
      "https://hs.example.org/_matrix/client/versions": answer,
    ])
    #expect(kind(step) == .error)
    #expect(asked.count == 2)
  }

  @Test func redirectsAreFollowedToAnEnd() throws {
    let answers: [String: WireResponse] = [
      Self.wellKnown: .redirect(to: "https://www.example.org/a", status: 301),
      "https://www.example.org/a": .redirect(to: "/b", status: 308),
      "https://www.example.org/b": names("https://hs.example.org"),
      "https://hs.example.org/_matrix/client/versions": .text(Self.versions),
    ]
    #expect(base(try search(answers).step) == "https://hs.example.org")
  }

  @Test func atMostFiveRedirectsAreFollowed() throws {
    var answers: [String: WireResponse] = [Self.wellKnown: .redirect(to: "/1")]
    for number in 1...9 { answers["https://example.org/\(number)"] = .redirect(to: "/\(number + 1)") }
    let (step, asked) = try search(answers)
    #expect(kind(step) == .prompt)
    #expect(asked.count == 6)
  }

  @Test func onThisMachineThereIsNoEncryption() throws {
    let (step, asked) = try search(
      of: "localhost:8008",
      [
        "http://localhost:8008/.well-known/matrix/client": names("http://127.0.0.1:8009"),
        "http://127.0.0.1:8009/_matrix/client/versions": .text(Self.versions),
      ])
    #expect(base(step) == "http://127.0.0.1:8009")
    #expect(asked.count == 2)
    let away = try search(
      of: "localhost:8008", ["http://localhost:8008/.well-known/matrix/client": names("http://example.org")])
    #expect(kind(away.step) == .error)
  }

  @Test func aURLOfTheUserIsAskedAsItIs() throws {
    let url = try WebURL("http://hs.example:8008/base/").orThrow("the value")
    let (step, asked) = search(
      ServerDiscovery(at: url),
      ["http://hs.example:8008/base/_matrix/client/versions": .success(.text(Self.versions))])
    #expect(base(step) == "http://hs.example:8008/base")
    #expect(asked.count == 1)
    #expect(kind(search(ServerDiscovery(at: url), [:]).step) == .error)
  }

  @Test func theSearchRunsOverTheWeb() throws {
    let name = try ServerName("example.org").orThrow("the value")
    let web = ScriptedWeb { request in
      request.url.host == "example.org"
        ? .text(#"{"m.homeserver":{"base_url":"https://hs.example"}}"#) : .text(Self.versions)
    }
    let simulation = Simulation()
    let server = try simulation.run { try await ServerDiscovery(of: name).run(over: web) }
    #expect(server.baseURL.text == "https://hs.example")
    #expect(server.versions.versions.contains("v1.1"))
    #expect(web.requests.allSatisfy { $0.largestAnswer <= 65_536 && $0.timeout <= .seconds(10) })
  }
}
