internal import MatrixWire
internal import PeerDiscovery
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Matrix server-server API, "Resolving server names", step by step.
struct ResolutionTests {
  /// A name, what the world says, what is asked and what comes of it.
  private func check(
    _ server: String, _ world: World = World(), asks: [String], finds expected: Plain,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let simulation = Simulation()
    let discovery = PeerDiscovery(web: world, resolver: world, time: simulation.time)
    let server = try name(server)
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(Plain(route) == expected, sourceLocation: location)
    #expect(world.takeAsked() == asks, sourceLocation: location)
  }

  private let page = "https://a.test/.well-known/matrix/server"

  @Test(arguments: [
    ("1.2.3.4", Plain(["1.2.3.4:8448"], host: "1.2.3.4", certificate: "1.2.3.4")),
    ("1.2.3.4:99", Plain(["1.2.3.4:99"], host: "1.2.3.4:99", certificate: "1.2.3.4")),
    ("[::1]", Plain(["[::1]:8448"], host: "[::1]", certificate: "::1")),
    ("[::1]:99", Plain(["[::1]:99"], host: "[::1]:99", certificate: "::1")),
    ("a.test:99", Plain(["a.test:99"], host: "a.test:99", certificate: "a.test")),
  ])
  func addressesAndPortsNeedNoQuestion(_ server: String, _ expected: Plain) throws {
    try check(server, asks: [], finds: expected)
  }

  @Test(arguments: ["a.test:0", "a.test:65536", "[::1]:99999"])
  func aPortNobodyListensOnIsNowhere(_ server: String) throws {
    guard case .nowhere = Resolution(try name(server)).step else {
      Issue.record("\(server) leads somewhere")
      return
    }
  }

  @Test(arguments: [
    ("1.2.3.4", Plain(["1.2.3.4:8448"], host: "1.2.3.4", certificate: "1.2.3.4")),
    ("[::1]:5", Plain(["[::1]:5"], host: "[::1]:5", certificate: "::1")),
    ("b.test:99", Plain(["b.test:99"], host: "b.test:99", certificate: "b.test")),
  ])
  func theWellKnownDelegateMayBeComplete(_ delegate: String, _ expected: Plain) throws {
    let world = World()
    world.delegate("a.test", to: delegate)
    try check("a.test", world, asks: [page], finds: expected)
  }

  @Test func theDelegatesServiceIsAskedFor() throws {
    let world = World()
    world.delegate("a.test", to: "b.test")
    world.answer("_matrix-fed._tcp.b.test", .records([record("c.test", 7)], ttl: .seconds(60)))
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.b.test"],
      finds: Plain(["c.test:7"], host: "b.test", certificate: "b.test"))
  }

  @Test func theDelegatesDeprecatedServiceIsNext() throws {
    let world = World()
    world.delegate("a.test", to: "b.test")
    world.answer("_matrix._tcp.b.test", .records([record("c.test", 7)], ttl: .seconds(60)))
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.b.test", "_matrix._tcp.b.test"],
      finds: Plain(["c.test:7"], host: "b.test", certificate: "b.test"))
  }

  @Test func theDelegateItselfIsLast() throws {
    let world = World()
    world.delegate("a.test", to: "b.test")
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.b.test", "_matrix._tcp.b.test"],
      finds: Plain(["b.test:8448"], host: "b.test", certificate: "b.test"))
  }

  @Test func withoutADelegateTheServersServiceIsAskedFor() throws {
    let world = World()
    world.answer("_matrix-fed._tcp.a.test", .records([record("c.test", 7)], ttl: .seconds(60)))
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.a.test"],
      finds: Plain(["c.test:7"], host: "a.test", certificate: "a.test"))
  }

  @Test func thenItsDeprecatedService() throws {
    let world = World()
    world.answer("_matrix._tcp.a.test", .records([record("c.test", 7)], ttl: .seconds(60)))
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.a.test", "_matrix._tcp.a.test"],
      finds: Plain(["c.test:7"], host: "a.test", certificate: "a.test"))
  }

  @Test func inTheEndItIsTheNameAndTheUsualPort() throws {
    try check(
      "a.test", asks: [page, "_matrix-fed._tcp.a.test", "_matrix._tcp.a.test"],
      finds: Plain(["a.test:8448"], host: "a.test", certificate: "a.test"))
  }

  @Test func aServiceThatIsDeclaredNotToExistIsNowhere() throws {
    var resolution = Resolution(try name("a.test"))
    resolution.handle(wellKnown: nil)
    resolution.handle(services: .records([record(".", 0)], ttl: .seconds(60)))
    #expect(resolution.step == .nowhere("a.test says that it has no such service."))
  }

  @Test(arguments: [
    "", "[]", "{}", "{\"m.server\":7}", "{\"m.server\":\"\"}", "{\"m.server\":\"b.test:0\"}",
    "{\"m.server\":\"https://b.test\"}", "{\"m.server\":\"b test\"}", "{\"m.server\":\"b.test\"",
  ])
  func whatIsNoDelegationCountsAsNone(_ body: String) throws {
    let world = World()
    world.serve(page) { WireResponse(status: 200, body: Array(body.utf8)) }
    world.answer("_matrix-fed._tcp.a.test", .records([record("c.test", 7)], ttl: .seconds(60)))
    try check(
      "a.test", world, asks: [page, "_matrix-fed._tcp.a.test"],
      finds: Plain(["c.test:7"], host: "a.test", certificate: "a.test"))
  }

  @Test func aStaticPlaceWinsOverEverything() throws {
    let world = World()
    world.delegate("a.test", to: "b.test:9")
    let simulation = Simulation()
    let server = try name("a.test")
    let fixed = try PeerRoute(url: "http://127.0.0.1:8008").orThrow("a route")
    let discovery = PeerDiscovery(
      peers: [server: fixed], web: world, resolver: world, time: simulation.time)
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(
      Plain(route)
        == Plain(
          ["127.0.0.1:8008"], host: "127.0.0.1:8008", certificate: "127.0.0.1", isEncrypted: false))
    #expect(world.takeAsked().isEmpty)
  }

  @Test(arguments: [
    ("https://b.test", Plain(["b.test:443"], host: "b.test", certificate: "b.test")),
    ("HTTPS://b.test:1/", Plain(["b.test:1"], host: "b.test:1", certificate: "b.test")),
    ("http://[::1]", Plain(["[::1]:80"], host: "[::1]", certificate: "::1", isEncrypted: false)),
  ])
  func aStaticPlaceIsAURL(_ url: String, _ expected: Plain) throws {
    #expect(Plain(try PeerRoute(url: url).orThrow("a route")) == expected)
  }

  @Test(arguments: [
    "", "b.test", "https://", "https://b.test/path", "https://u@b.test", "ftp://b.test", "https://b.test:0",
    "https://b.test:x", "https://b.test?x",
  ])
  func thisIsNoStaticPlace(_ url: String) { #expect(PeerRoute(url: url) == nil) }

  // Several targets

  @Test func lowerPrioritiesComeFirst() {
    var random = SeededGenerator(seed: 3)
    let records = [
      record("c", 1, priority: 9), record("a", 1, priority: 1), record("b", 1, priority: 5),
    ]
    let order = ServiceRecord.ordered(records, using: &random).map(\.target)
    #expect(order == ["a", "b", "c"])
  }

  @Test func weightsDecideHowOftenOneIsFirst() {
    var random = SeededGenerator(seed: 4)
    let records = [record("a", 1, weight: 30), record("b", 1, weight: 10), record("c", 1)]
    var firsts: [String: Int] = [:]
    for _ in 0..<4000 {
      let order = ServiceRecord.ordered(records, using: &random)
      #expect(order.count == 3)
      if let first = order.first { firsts[first.target, default: 0] += 1 }
    }
    #expect((2800...3200).contains(firsts["a"] ?? 0))
    #expect((800...1200).contains(firsts["b"] ?? 0))
    #expect((20...250).contains(firsts["c"] ?? 0))
  }
}
