internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PeerDiscovery

/// What servers that are not there may cost.
struct LookupTests {
  private let simulation = Simulation()
  private let world = World()

  private func discovery(_ rate: LookupRate?) -> PeerDiscovery {
    var limits = PeerDiscovery.Limits()
    limits.lookups = rate
    return PeerDiscovery(web: world, resolver: world, time: simulation.time, limits: limits)
  }

  /// How many of these have a route.
  private func found(_ names: [String], _ discovery: PeerDiscovery) throws -> Int {
    let servers = try names.map(name)
    return try simulation.run {
      var count = 0
      for server in servers where (try? await discovery.route(to: server)) != nil { count += 1 }
      return count
    }
  }

  @Test(arguments: ["", ":8448"])
  func thousandsOfInvitesToDeadNamesAskAFewQuestions(_ port: String) throws {
    let discovery = discovery(LookupRate(perSecond: 6, burst: 192))
    var routes = 0
    for second in 0..<20 {
      routes += try found((0..<200).map { "dead\(second)-\($0).test\(port)" }, discovery)
      simulation.advance(by: .seconds(1))
    }
    // Of a server whose port is known only the address is asked for, when a connection is made.
    let asked = world.takeAsked().count
    #expect(port.isEmpty ? asked <= 192 + 6 * 20 : asked == 0)
    #expect(routes <= 192 + 6 * 20)
    #expect(routes >= (port.isEmpty ? 60 : 280))
  }

  @Test func theSameDeadNameIsAskedForOnce() throws {
    let discovery = discovery(LookupRate(perSecond: 1, burst: 10))
    #expect(try found(Array(repeating: "dead.test", count: 5_000), discovery) == 5_000)
    #expect(world.takeAsked().count == 3)
  }

  /// What was refused for want of questions is not taken for absent: it is asked for when there are some again.
  @Test func aNameThatHadToWaitIsFoundLater() throws {
    let discovery = discovery(LookupRate(perSecond: 1, burst: 3))
    world.delegate("a.test", to: "b.test:9")
    #expect(try found(["dead.test"], discovery) == 1)
    #expect(try found(["a.test", "a.test"], discovery) == 0)
    simulation.advance(by: .seconds(3))
    #expect(try found(["a.test"], discovery) == 1)
    _ = world.takeAsked()
    #expect(try found(["a.test"], discovery) == 1)
    #expect(world.takeAsked().isEmpty)
  }

  @Test func addressesAndServersThatAreKnownCostNothing() throws {
    let discovery = discovery(LookupRate(perSecond: 1, burst: 1))
    #expect(try found(Array(repeating: "1.2.3.4:99", count: 50) + ["[::1]", "[::1]:9"], discovery) == 52)
    #expect(try found((0..<50).map { "n\($0).test" }, self.discovery(nil)) == 50)
  }

  // Absent hosts

  @Test(arguments: [
    (AbsentHosts.Reason.told(nil), 300), (.told(.seconds(1)), 30), (.told(.seconds(120)), 120),
    (.told(.seconds(100_000)), 900), (.unanswered, 30),
  ])
  func aHostThatIsNotThereIsRememberedForABoundedTime(_ reason: AbsentHosts.Reason, _ seconds: Int) {
    var hosts = AbsentHosts()
    hosts.remember(reason, of: "Dead.test", now: .origin)
    #expect(hosts.contains("dead.TEST", now: .origin + .seconds(seconds) - .nanoseconds(1)) == true)
    #expect(hosts.contains("dead.test", now: .origin + .seconds(seconds)) == false)
    #expect(hosts.contains("other.test", now: .origin) == false)
  }

  @Test func aFloodOfDeadNamesIsBounded() {
    var hosts = AbsentHosts(capacity: 64)
    for number in 0..<5_000 { hosts.remember(.told(nil), of: "n\(number).test", now: .origin) }
    #expect((0..<5_000).count { hosts.contains("n\($0).test", now: .origin) } <= 64)
    #expect(hosts.contains("n4999.test", now: .origin) == true)
  }

  /// RFC 2308, 5: the lesser of the TTL of the zone's SOA record and of its last number.
  @Test(arguments: [(UInt8(200), UInt8(100), UInt32(100)), (50, 100, 50)])
  func aNameServerSaysHowLongANameIsNotThere(_ ttl: UInt8, _ minimum: UInt8, _ expected: UInt32) {
    let bytes = Self.absence(ttl, minimum)
    #expect(AddressAnswer.absentFor(parsing: bytes) == expected)
    for count in bytes.indices { #expect(AddressAnswer.absentFor(parsing: Array(bytes.prefix(count))) == 0) }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      var mutant = bytes
      mutant[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      _ = AddressAnswer.absentFor(parsing: mutant)
    }
  }

  /// The answer that there is no `a.test`, with the SOA record of its zone.
  private static func absence(_ ttl: UInt8, _ minimum: UInt8) -> [UInt8] {
    let name: [UInt8] = [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0]
    let soa: [UInt8] = [0, 0] + Array(repeating: 0, count: 19) + [minimum]
    return [0, 1, 0x81, 0x83, 0, 1, 0, 0, 0, 1, 0, 0] + name + [0, 1, 0, 1]
      + [0, 0, 6, 0, 1, 0, 0, 0, ttl, 0, UInt8(soa.count)] + soa
  }
}
