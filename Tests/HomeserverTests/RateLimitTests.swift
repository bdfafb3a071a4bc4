import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Limits as they are met by requests, and the buckets by themselves.
struct RateLimitTests {
  private let near = Requester(address: "192.0.2.1", isSameUser: false)
  private let far = Requester(address: "192.0.2.2", isSameUser: false)

  private func testClient(_ change: (inout RateLimits) -> Void) throws -> TestClient {
    var limits = RateLimits.none
    change(&limits)
    return try TestClient { $0.rateLimits = limits }
  }

  @Test func whoeverIsTooFastHearsWhenToComeBack() throws {
    let testClient = try testClient { $0.status = .init(perSecond: 0.4, burst: 2) }
    let ann = try testClient.token("ann")
    func put() throws -> Answer {
      try testClient.send(.put, "v3/presence/@ann:harbor.example/status", #"{"presence":"online"}"#, as: ann)
    }
    #expect(try put().code == "200 -")
    #expect(try put().code == "200 -")
    let refused = try put()
    #expect(refused.code == "429 M_LIMIT_EXCEEDED")
    #expect(refused.text.contains(#""retry_after_ms":2500"#))
    #expect(refused.response.header("Retry-After") == "3")
    testClient.simulation.advance(by: .milliseconds(2499))
    #expect(try put().code == "429 M_LIMIT_EXCEEDED")
    testClient.simulation.advance(by: .milliseconds(1))
    #expect(try put().code == "200 -")
    let bob = try testClient.token("bob")
    #expect(
      try testClient.send(.put, "v3/presence/@bob:harbor.example/status", #"{"presence":"online"}"#, as: bob)
        .code
        == "200 -")
  }

  @Test func registrationIsLimitedByAddress() throws {
    let testClient = try testClient { $0.registration = .init(perSecond: 1, burst: 2) }
    func register(_ peer: Requester) throws -> String {
      try testClient.send(.post, "v3/register", "{}", from: peer).code
    }
    #expect(try register(near).hasPrefix("401"))
    #expect(try register(near).hasPrefix("401"))
    #expect(try register(near) == "429 M_LIMIT_EXCEEDED")
    #expect(try register(far).hasPrefix("401"))
    for _ in 0..<10 { #expect(try register(.inProcess).hasPrefix("401")) }
  }

  @Test(arguments: ["ann", "nobody"])
  func guessingAPasswordIsLimitedByAccountWhetherItExistsOrNot(name: String) throws {
    let testClient = try testClient { $0.failedLogin = .init(perSecond: 0.1, burst: 3) }
    _ = try testClient.register("ann", password: "pw")
    for _ in 0..<3 { #expect(try testClient.login(name, "no").code == "403 M_FORBIDDEN") }
    #expect(try testClient.login(name, "no").code == "429 M_LIMIT_EXCEEDED")
    #expect(try testClient.login(name, "pw").code == "429 M_LIMIT_EXCEEDED")
    _ = try testClient.register("bob", password: "pw")
    #expect(try testClient.login("bob", "pw").code == "200 -")
  }

  @Test func guessingIsLimitedByAddressAcrossAccounts() throws {
    var testClient = try testClient { $0.failedLogin = .init(perSecond: 0.1, burst: 3) }
    _ = try testClient.register("ann", password: "pw")
    testClient.peer = near
    for name in ["a", "b", "c"] { #expect(try testClient.login(name, "no").code == "403 M_FORBIDDEN") }
    #expect(try testClient.login("ann", "pw").code == "429 M_LIMIT_EXCEEDED")
    testClient.peer = far
    #expect(try testClient.login("ann", "pw").code == "200 -")
  }

  @Test func rightPasswordsAreNoGuesses() throws {
    let testClient = try testClient { $0.failedLogin = .init(perSecond: 0.001, burst: 2) }
    _ = try testClient.register("ann", password: "pw")
    for _ in 0..<10 { #expect(try testClient.login("ann", "pw").code == "200 -") }
  }

  @Test func loginsAreLimitedEvenWhenTheyAreRight() throws {
    let testClient = try testClient { $0.login = .init(perSecond: 0.1, burst: 2) }
    _ = try testClient.register("ann", password: "pw")
    #expect(try testClient.login("ann", "pw").code == "200 -")
    #expect(try testClient.login("ann", "pw").code == "200 -")
    #expect(try testClient.login("ann", "pw").code == "429 M_LIMIT_EXCEEDED")
  }

  @Test func invitesAreCountedOneByOneOnBothEndpoints() throws {
    let testClient = try testClient { $0.invites = .init(perSecond: 0.1, burst: 3) }
    let ann = try testClient.token("ann")
    let own = "unstable/chat.porchlight/presence/list"
    #expect(
      try testClient.send(.post, own, #"{"invite":["@a:harbor.example","@b:harbor.example"]}"#, as: ann).code
        == "200 -")
    let two = #"{"invite":["@c:harbor.example","@d:harbor.example"]}"#
    #expect(try testClient.send(.post, own, two, as: ann).code == "429 M_LIMIT_EXCEEDED")
    let standard = "v3/presence/list/@ann:harbor.example"
    #expect(try testClient.send(.post, standard, two, as: ann).code == "429 M_LIMIT_EXCEEDED")
    #expect(
      try testClient.send(.post, standard, #"{"invite":["@c:harbor.example"]}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.post, own, #"{"drop":["@a:harbor.example"]}"#, as: ann).code == "200 -")
  }

  private func names(_ count: Int) -> String {
    (0..<count).map { #""@p\#($0):x""# }.joined(separator: ",")
  }

  @Test func moreInvitesThanMayBeAtOnceAreRefusedAndSayHowMany() throws {
    let testClient = try testClient { $0.invites = RateLimits().invites }
    let ann = try testClient.token("ann")
    let own = "unstable/chat.porchlight/presence/list"
    let refused = try testClient.send(.post, own, #"{"invite":[\#(names(1000))]}"#, as: ann)
    #expect(refused.code == "429 M_LIMIT_EXCEEDED")
    #expect(refused.response.error?.message.contains("200") == true)
    #expect(refused.response.header("Retry-After") == "800")
    #expect(try testClient.send(.post, own, #"{"invite":[\#(names(200))]}"#, as: ann).code == "200 -")
  }

  @Test func whatIsNoUserIDCostsNothing() throws {
    let testClient = try testClient { $0.invites = .init(perSecond: 0.1, burst: 1) }
    let ann = try testClient.token("ann")
    let own = "unstable/chat.porchlight/presence/list"
    #expect(try testClient.send(.post, own, #"{"invite":["","bob","@:"]}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.post, own, #"{"invite":["@a:x",""]}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.post, own, #"{"invite":["@b:x"]}"#, as: ann).code == "429 M_LIMIT_EXCEEDED")
  }

  @Test(arguments: ["drop", "accept", "deny", "revoke"])
  func everybodyAChangeNamesIsCounted(verb: String) throws {
    let testClient = try testClient { $0.requests = .init(perSecond: 0.1, burst: 11) }
    let ann = try testClient.token("ann")
    let own = "unstable/chat.porchlight/presence/list"
    #expect(try testClient.send(.post, own, #"{"\#(verb)":[\#(names(8))]}"#, as: ann).code == "200 -")
    let groups = #"{"groups":{"@a:x":[],"@b:x":[]}}"#
    #expect(try testClient.send(.post, own, groups, as: ann).code == "429 M_LIMIT_EXCEEDED")
  }

  @Test(arguments: ["invite", "drop", "accept", "deny", "revoke"])
  func oneRequestNamesAThousandPeopleAtMost(verb: String) throws {
    let testClient = try testClient { _ in }
    let ann = try testClient.token("ann")
    let own = "unstable/chat.porchlight/presence/list"
    let groups = #""groups":{"@a:x":[]}"#
    let tooMany = #"{"\#(verb)":[\#(names(1000))],\#(groups)}"#
    #expect(try testClient.send(.post, own, tooMany, as: ann).code == "400 M_TOO_LARGE")
    #expect(
      try testClient.send(.post, own, #"{"\#(verb)":[\#(names(999))],\#(groups)}"#, as: ann).code == "200 -")
  }

  @Test func requestsAreLimitedByPersonAndWithoutASessionByAddress() throws {
    var testClient = try testClient { $0.requests = .init(perSecond: 1, burst: 3) }
    let (ann, bob) = (try testClient.token("ann"), try testClient.token("bob"))
    testClient.peer = near
    for _ in 0..<3 { #expect(try testClient.whoIs(ann) == "@ann:harbor.example") }
    #expect(try testClient.whoIs(ann) == "429 M_LIMIT_EXCEEDED")
    #expect(try testClient.whoIs(bob) == "@bob:harbor.example")
    for _ in 0..<2 { #expect(try testClient.send(.get, "versions").code == "200 -") }
    #expect(try testClient.whoIs(AccessToken("guess")) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(AccessToken("guess")) == "429 M_LIMIT_EXCEEDED")
    #expect(try testClient.send(.get, "versions").code == "429 M_LIMIT_EXCEEDED")
    #expect(try testClient.whoIs(bob) == "@bob:harbor.example")
  }

  @Test func pollsWithoutATaskAreRequestsToo() throws {
    let testClient = try testClient { $0.requests = .init(perSecond: 1, burst: 2) }
    let request = WireRequest(.get, ClientAPI.standard("sync"), accessToken: try testClient.token("ann"))
    let homeserver = testClient.server.homeserver
    for _ in 0..<2 { #expect(homeserver.poll(for: request) { _ in } != nil) }
    #expect(homeserver.poll(for: request) { _ in } == nil)
    #expect(Answer(response: try testClient.server.respond(to: request)).code == "429 M_LIMIT_EXCEEDED")
  }

  @Test(arguments: [
    ("v3/profile/@ann:harbor.example/displayname", #"{"displayname":"Ann"}"#),
    ("unstable/chat.porchlight/presence/device", #"{"presence":"online"}"#),
  ])
  func whateverReachesEveryWatcherIsAChangeOfStatus(path: String, body: String) throws {
    let testClient = try testClient { $0.status = .init(perSecond: 0.1, burst: 2) }
    let ann = try testClient.token("ann")
    #expect(try testClient.send(.put, path, body, as: ann).code == "200 -")
    #expect(try testClient.send(.put, path, body, as: ann).code == "200 -")
    #expect(try testClient.send(.put, path, body, as: ann).code == "429 M_LIMIT_EXCEEDED")
  }

  @Test func withoutLimitsThereAreNone() throws {
    let testClient = try testClient { _ in }
    let ann = try testClient.token("ann")
    for _ in 0..<3000 { #expect(try testClient.whoIs(ann) == "@ann:harbor.example") }
  }

  // MARK: The buckets

  private func limiter(_ rate: RateLimits.Rate, capacity: Int = 50_000) -> RateLimiter {
    var limits = RateLimits.none
    limits.login = rate
    return RateLimiter(limits, capacity: capacity)
  }

  @Test func moreAtOnceThanABucketHoldsIsRefused() {
    var limiter = limiter(.init(perSecond: 1, burst: 5))
    let ann = RateLimiter.Subject.address("a")
    #expect(limiter.charge(.login, ann, cost: 100, now: .origin) == .seconds(95))
    #expect(limiter.charge(.login, ann, cost: 5, now: .origin) == nil)
    #expect(limiter.charge(.login, ann, cost: 6, now: .origin + .seconds(5)) == .seconds(1))
    #expect(limiter.charge(.login, ann, cost: 5, now: .origin + .seconds(4)) == .seconds(1))
    #expect(limiter.charge(.login, ann, cost: 5, now: .origin + .seconds(5)) == nil)
  }

  @Test func aRefusalCostsNothing() {
    var limiter = limiter(.init(perSecond: 1, burst: 1))
    let ann = RateLimiter.Subject.address("a")
    #expect(limiter.charge(.login, ann, now: .origin) == nil)
    for _ in 0..<100 { #expect(limiter.charge(.login, ann, now: .origin) == .seconds(1)) }
    #expect(limiter.charge(.login, ann, now: .origin + .seconds(1)) == nil)
  }

  @Test func memoryIsBoundedAndTheBusiestAreRemembered() {
    var limiter = limiter(.init(perSecond: 0.001, burst: 10), capacity: 1000)
    let busy = RateLimiter.Subject.address("busy")
    for _ in 0..<10 { _ = limiter.charge(.login, busy, now: .origin) }
    for number in 0..<20_000 {
      _ = limiter.charge(.login, .address("\(number)"), now: .origin)
      #expect(limiter.count <= 1001)
    }
    #expect(limiter.charge(.login, busy, now: .origin) != nil)
  }

  @Test(arguments: [
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff:ffff:ffff:ffff"), ("2001:db8:1:2::1", "2001:0DB8:1:2:3::"),
    ("2001:db8::1", "2001:db8::2"), ("2001:db8::1", "2001:db8:0:0:1::"), ("::1", "::2"),
    ("fe80::1%eth0", "fe80::2"),
  ])
  func addressesOfOneNetworkAreCountedTogether(one: String, other: String) {
    #expect(RateLimiter.Subject(network: one) == RateLimiter.Subject(network: other))
  }

  @Test(arguments: [
    ("192.0.2.7", "192.0.2.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1"), ("2001:db8::1", "2001:db9::1"),
    ("2001:db8:1::1", "2001:db8::1"), ("2001:db8::1:2:3:4:5", "2001:db8::2:2:3:4:5"),
  ])
  func othersAreNot(one: String, other: String) {
    #expect(RateLimiter.Subject(network: one) != RateLimiter.Subject(network: other))
  }

  @Test(arguments: ["", ":", "::", ":::", "1:2:3:4:5:6:7:8:9:a", ":1", "%", "not an address"])
  func anythingIsAnAddress(text: String) {
    #expect(RateLimiter.Subject(network: text) == RateLimiter.Subject(network: text))
  }
}
