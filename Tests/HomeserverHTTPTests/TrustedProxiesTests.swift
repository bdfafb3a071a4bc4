internal import HTTPTestSupport
internal import Homeserver
internal import MatrixWire
internal import PorchlightTestSupport
internal import Testing

@testable internal import HomeserverHTTP

/// Whose request it is that a proxy passes on.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct TrustedProxiesTests {
  private func client(_ lines: [String], behind address: String = "127.0.0.1") throws -> String? {
    let proxies = try TrustedProxies(
      ["127.0.0.1", "10.0.0.0/8", "2001:db8::/64"].map { try #require(IPNetwork($0)) })
    let peer = Requester(address: address, isSameUser: true)
    guard proxies.contains(peer) else { return nil }
    let client = proxies.client(behind: peer, forwardedFor: lines)
    #expect(!client.isSameUser)
    return client.address
  }

  @Test(arguments: [
    (["203.0.113.7"], "203.0.113.7"), ([" 203.0.113.7 "], "203.0.113.7"),
    (["203.0.113.7:4711"], "203.0.113.7"),
    (["2001:db8:7::1"], "2001:db8:7:0:0:0:0:1"), (["[2001:db8:7::1]"], "2001:db8:7:0:0:0:0:1"),
    (["[2001:db8:7::1]:443"], "2001:db8:7:0:0:0:0:1"), (["::ffff:203.0.113.7"], "203.0.113.7"),
    (["203.0.113.7, 10.0.0.2"], "203.0.113.7"), (["203.0.113.7,10.0.0.2, 10.0.0.3"], "203.0.113.7"),
    (["203.0.113.7", "10.0.0.2"], "203.0.113.7"), (["203.0.113.7,", ", 10.0.0.2,"], "203.0.113.7"),
    // What the client wrote itself comes before what the proxy wrote of it.
    (["127.0.0.1, 203.0.113.7"], "203.0.113.7"), (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
    (["nonsense, 203.0.113.7"], "203.0.113.7"),
    (["203.0.113.7, 10.0.0.2, 203.0.113.8, 10.0.0.3"], "203.0.113.8"),
  ])
  func theLastAddressThatIsNoProxysIsTheClients(_ lines: [String], _ expected: String) throws {
    #expect(try client(lines) == expected)
  }

  @Test(arguments: [
    ([], "127.0.0.1"), ([""], "127.0.0.1"), ([" , ,"], "127.0.0.1"), (["10.0.0.2"], "10.0.0.2"),
    (["10.0.0.9, 127.0.0.1"], "10.0.0.9"),
  ])
  func aProxyThatNamesNobodyAsksForItself(_ lines: [String], _ expected: String) throws {
    #expect(try client(lines) == expected)
  }

  @Test(arguments: [
    "unknown", "_hidden", "203.0.113.7:", "203.0.113.7:x", "203.0.113.7:123456", "[203.0.113.7]", "[::1",
    "::1]", "[::1]x",
    "\"203.0.113.7\"", "203.0.113.7 203.0.113.8", "203.0.113.700", "198.51.100.1, unknown", "[]", ":",
    "[::1]:",
  ])
  func whatIsNoAddressCountsAsOneClient(_ line: String) throws {
    #expect(try client([line]) == "unknown")
    #expect(try client([line + ", 10.0.0.2"]) == "unknown")
  }

  @Test(arguments: ["203.0.113.1", "::1", "2001:db8:0:1::1", "unknown", ""])
  func nobodyElsesWordCounts(_ address: String) throws {
    #expect(try client(["198.51.100.1"], behind: address) == nil)
  }

  @Test func aLongListIsReadFromItsEnd() throws {
    let spoofed = Array(repeating: String(repeating: "127.0.0.1,", count: 1_000) + "10.0.0.1", count: 10)
    #expect(try client(spoofed + ["203.0.113.7, 10.0.0.2"]) == "203.0.113.7")
    #expect(try client(spoofed) == "127.0.0.1")
  }

  private static func versions(_ forwarded: String) -> String {
    "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: \(forwarded)\r\n\r\n"
  }

  private static var oneEach: RateLimits {
    var limits = RateLimits.none
    limits.requests = .init(perSecond: 0.000_1, burst: 1)
    return limits
  }

  private static func statuses(
    _ forwarded: [String], behind proxies: TrustedProxies
  ) async throws -> [Int?] {
    try await withServedHomeserver(forwardedBy: proxies, rateLimits: oneEach) { server in
      try await withRawClient(to: server.endpoint) { client in
        var statuses: [Int?] = []
        for each in forwarded {
          try await client.send(versions(each))
          statuses.append(try await client.answer()?.status)
        }
        return statuses
      }
    }
  }

  @Test func limitsByAddressHoldBehindAProxy() async throws {
    let proxies = TrustedProxies([try #require(IPNetwork("127.0.0.1"))])
    let statuses = try await Self.statuses(
      ["203.0.113.7", "203.0.113.7", "198.51.100.1, 203.0.113.7", "203.0.113.8", "::1", "::1"],
      behind: proxies)
    #expect(statuses == [200, 429, 429, 200, 200, 200])
  }

  @Test func theHeaderOfSomebodyElseCountsNothing() async throws {
    let statuses = try await Self.statuses(
      Array(repeating: "203.0.113.7", count: 3), behind: TrustedProxies())
    #expect(statuses == [200, 200, 200])
  }
}
