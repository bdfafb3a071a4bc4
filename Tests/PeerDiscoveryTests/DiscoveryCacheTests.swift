internal import MatrixWire
internal import PeerDiscovery
internal import PorchlightTestSupport
internal import Ports
internal import Synchronization
internal import Testing

/// What is remembered of other servers, and for how long.
struct DiscoveryCacheTests {
  private let simulation = Simulation()
  private let world = World()
  private let page = "https://a.test/.well-known/matrix/server"

  private func discovery(_ limits: PeerDiscovery.Limits = .init()) -> PeerDiscovery {
    PeerDiscovery(web: world, resolver: world, time: simulation.time, limits: limits)
  }

  /// Resolves `a.test`, and says how often its page was asked for.
  private func pageRequests(_ discovery: PeerDiscovery) throws -> Int {
    let server = try name("a.test")
    _ = try simulation.run { try await discovery.route(to: server) }
    return world.takeAsked().count { $0 == page }
  }

  @Test(arguments: [
    ([], 24 * 3600),
    ([("Cache-Control", "public, max-age=7200")], 7200),
    ([("cache-control", "Max-Age=\"7200\"")], 7200),
    ([("Cache-Control", "max-age=1")], 300),
    ([("Cache-Control", "no-store")], 300),
    ([("Cache-Control", "max-age=99999999999999999999")], 48 * 3600),
    ([("Cache-Control", "max-age=-5")], 300),
    ([("Expires", "0")], 300),
    // Two hours after the simulation's epoch.
    ([("Expires", "Sat, 21 Nov 2026 14:00:00 GMT")], 7200),
    ([("Expires", "Sat, 21 Nov 1996 14:00:00 GMT")], 300),
    ([("Expires", "Sun, 21 Nov 9999 14:00:00 GMT")], 48 * 3600),
    ([("Cache-Control", "max-age=600"), ("Expires", "Sat, 21 Nov 2026 14:00:00 GMT")], 600),
  ])
  func aDelegationCountsAsLongAsItSays(_ headers: [(String, String)], _ seconds: Int) throws {
    world.delegate("a.test", to: "b.test:9", headers: headers.map { .init($0.0, $0.1) })
    let discovery = discovery()
    #expect(try pageRequests(discovery) == 1)
    simulation.advance(by: .seconds(seconds - 1))
    #expect(try pageRequests(discovery) == 0)
    simulation.advance(by: .seconds(1))
    #expect(try pageRequests(discovery) == 1)
  }

  @Test func failuresAreRepeatedLessAndLessOften() throws {
    let discovery = discovery()
    var spans: [Int] = []
    #expect(try pageRequests(discovery) == 1)
    for _ in 0..<8 {
      var minutes = 0
      repeat {
        simulation.advance(by: .seconds(60))
        minutes += 1
      } while try pageRequests(discovery) == 0
      spans.append(minutes)
    }
    #expect(spans == [1, 2, 4, 8, 16, 32, 60, 60])
  }

  @Test func aFailureDoesNotUndoADelegationBeforeTwoDays() throws {
    world.delegate("a.test", to: "b.test:9")
    let discovery = discovery()
    let server = try name("a.test")
    _ = try simulation.run { try await discovery.route(to: server) }
    world.serve(page) { WireResponse(status: 502, body: []) }
    simulation.advance(by: .seconds(24 * 3600))
    let later = try simulation.run { try await discovery.route(to: server) }
    #expect(later.hostHeader == "b.test:9")
    simulation.advance(by: .seconds(24 * 3600))
    let latest = try simulation.run { try await discovery.route(to: server) }
    #expect(latest.hostHeader == "a.test")
  }

  @Test(arguments: [(1, 60), (600, 600), (999_999, 24 * 3600)])
  func recordsCountAsLongAsTheySayWithinBounds(_ ttl: Int, _ seconds: Int) throws {
    let service = "_matrix-fed._tcp.b.test"
    world.delegate("a.test", to: "b.test", headers: [.init("Cache-Control", "max-age=999999")])
    world.answer(service, .records([record("c.test", 7)], ttl: .seconds(ttl)))
    let discovery = discovery()
    let server = try name("a.test")
    for (wait, asked) in [(0, true), (seconds - 1, false), (1, true)] {
      simulation.advance(by: .seconds(wait))
      _ = try simulation.run { try await discovery.route(to: server) }
      #expect(world.takeAsked().contains(service) == asked, "after \(wait) s")
    }
  }

  @Test func recordsOutliveNameServersThatFail() throws {
    let service = "_matrix-fed._tcp.a.test"
    world.answer(service, .records([record("c.test", 7)], ttl: .seconds(60)))
    let discovery = discovery()
    let server = try name("a.test")
    _ = try simulation.run { try await discovery.route(to: server) }
    world.answer(service, .failed)
    simulation.advance(by: .seconds(60))
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(Plain(route).targets == ["c.test:7"])
  }

  @Test func aDoubtfulAnswerIsAskedForAgain() throws {
    world.delegate("a.test", to: "b.test")
    let discovery = discovery()
    let server = try name("a.test")
    #expect(try pageRequests(discovery) == 1)
    try simulation.run { await discovery.doubt(server) }
    #expect(try pageRequests(discovery) == 0, "it was told just now")
    simulation.advance(by: .seconds(300))
    try simulation.run { await discovery.doubt(server) }
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(Plain(route).targets == ["b.test:8448"])
    #expect(world.takeAsked() == [page, "_matrix-fed._tcp.b.test", "_matrix._tcp.b.test"])
  }

  @Test func oneQuestionIsOutForAllWhoAsk() throws {
    world.serve(page) { [time = simulation.time] in
      try await time.sleep(until: time.instant + .seconds(5))
      return WireResponse(status: 404, body: [])
    }
    let discovery = discovery()
    let server = try name("a.test")
    let found = Counter()
    for _ in 0..<20 {
      simulation.start { if (try? await discovery.route(to: server)) != nil { found.add() } }
    }
    simulation.advance(by: .seconds(6))
    #expect(found.value == 20)
    #expect(world.takeAsked() == [page, "_matrix-fed._tcp.a.test", "_matrix._tcp.a.test"])
  }

  @Test func whoeverWaitsAsksWhenTheFirstGoesAway() throws {
    world.serve(page) { [time = simulation.time] in
      try await time.sleep(until: time.instant + .seconds(5))
      return WireResponse(status: 404, body: [])
    }
    let discovery = discovery()
    let server = try name("a.test")
    let found = Counter()
    let first = simulation.start { if (try? await discovery.route(to: server)) != nil { found.add() } }
    for _ in 0..<3 {
      simulation.start { if (try? await discovery.route(to: server)) != nil { found.add() } }
    }
    let impatient = simulation.start { _ = try? await discovery.route(to: server) }
    simulation.stop(impatient)
    simulation.stop(first)
    simulation.advance(by: .seconds(6))
    #expect(found.value == 3)
    #expect(world.takeAsked().count { $0 == page } == 2)
  }

  @Test func tooManyQuestionsAtOnceAreRefused() throws {
    var limits = PeerDiscovery.Limits()
    limits.mostLookups = 2
    for host in ["a", "b", "c"] {
      world.serve("https://\(host).test/.well-known/matrix/server") { [time = simulation.time] in
        try await time.sleep(until: time.instant + .seconds(5))
        return WireResponse(status: 404, body: [])
      }
    }
    let discovery = discovery(limits)
    for host in ["a", "b"] {
      let server = try name("\(host).test")
      simulation.start { _ = try? await discovery.route(to: server) }
    }
    let third = try name("c.test")
    #expect(throws: ExchangeError.self) { try simulation.run { try await discovery.route(to: third) } }
  }

  @Test func aFloodOfNamesIsForgotten() throws {
    var limits = PeerDiscovery.Limits()
    limits.mostAnswers = 64
    let discovery = discovery(limits)
    world.delegate("a.test", to: "b.test:9")
    #expect(try pageRequests(discovery) == 1)
    for number in 0..<500 {
      let server = try name("n\(number).test")
      _ = try simulation.run { try await discovery.route(to: server) }
      // What is used stays.
      if number % 20 == 0 { #expect(try pageRequests(discovery) == 0) }
    }
    let first = try name("n0.test")
    _ = world.takeAsked()
    _ = try simulation.run { try await discovery.route(to: first) }
    #expect(!world.takeAsked().isEmpty)
  }

  // Redirects

  private func redirect(_ from: String, to location: String) {
    world.serve(from) {
      WireResponse(status: 302, headers: [.init("Location", location)], body: [])
    }
  }

  @Test(arguments: [
    "https://www.a.test:444/x?y", "//www.a.test:444/x?y", "https://www.a.test:444/x?y#z",
  ])
  func redirectsAreFollowed(_ location: String) throws {
    redirect(page, to: location)
    redirect("https://www.a.test:444/x?y", to: "/here")
    world.serve("https://www.a.test:444/here") {
      WireResponse(status: 200, body: Array(#"{"m.server":"b.test:9","more":[1]}"#.utf8))
    }
    let discovery = discovery()
    let server = try name("a.test")
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(route.hostHeader == "b.test:9")
  }

  @Test(arguments: [
    "http://b.test/", "ftp://b.test/", "x", "https://", "https://b.test:0/", "https://u@b.test/", "",
  ])
  func thereIsNoWayOutOfHTTPS(_ location: String) throws {
    redirect(page, to: location)
    let discovery = discovery()
    #expect(try pageRequests(discovery) == 1)
  }

  @Test func aCircleOfRedirectsEnds() throws {
    redirect(page, to: page)
    let discovery = discovery()
    #expect(try pageRequests(discovery) == 6)
  }

  @Test func aBodyTooLargeIsNoDelegation() throws {
    world.serve(page) {
      let padding = String(repeating: " ", count: 51_200)
      return WireResponse(status: 200, body: Array("{\"m.server\":\"b.test:9\"\(padding)}".utf8))
    }
    let discovery = discovery()
    let server = try name("a.test")
    let route = try simulation.run { try await discovery.route(to: server) }
    #expect(route.hostHeader == "a.test")
  }
}

final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  func add() { count.withLock { $0 += 1 } }
}
