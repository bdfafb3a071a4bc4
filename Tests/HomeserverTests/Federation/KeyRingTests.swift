import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Which keys are believed, and for how long (Protocol 6.3).
struct KeyRingTests {
  private let blue: ServerName
  private let one: KeyID
  private let two: KeyID

  init() throws {
    blue = try ServerName("blue.example").orThrow("a name")
    one = try KeyID("ed25519:1").orThrow("a key")
    two = try KeyID("ed25519:2").orThrow("a key")
  }

  private func at(_ span: Duration) -> Moment {
    let time = VirtualTime(at: .origin + span)
    return time.now
  }

  private func keys(
    _ server: ServerName? = nil, _ ids: [KeyID]? = nil, old: [KeyID] = [], validFor: Duration
  ) -> ServerKeys {
    ServerKeys(
      server: server ?? blue, verifyKeys: .init(uniqueKeysWithValues: (ids ?? [one]).map { ($0, [7]) }),
      oldVerifyKeys: .init(uniqueKeysWithValues: old.map { ($0, .init(key: [7], expired: 1)) }),
      validUntil: at(validFor).wall.milliseconds)
  }

  @Test func aKeyIsBelievedUntilItsServerSays() {
    var ring = KeyRing()
    #expect(ring.find(one, of: blue, now: at(.zero)) == .fetch)
    #expect(ring.find(one, of: blue, now: at(.zero)) == .fetching)
    ring.succeeded(keys(validFor: .seconds(3600)), now: at(.zero))
    #expect(ring.find(one, of: blue, now: at(.seconds(3599))) == .known([7]))
    #expect(ring.find(one, of: blue, now: at(.seconds(3600))) == .fetch)
  }

  @Test func noKeyIsBelievedForMoreThanAWeek() {
    var ring = KeyRing()
    ring.succeeded(keys(validFor: .seconds(86_400 * 365)), now: at(.zero))
    #expect(ring.find(one, of: blue, now: at(.seconds(86_400 * 7 - 1))) == .known([7]))
    #expect(ring.find(one, of: blue, now: at(.seconds(86_400 * 7))) == .fetch)
  }

  @Test func anExpiredDocumentIsNone() {
    var ring = KeyRing()
    #expect(ring.find(one, of: blue, now: at(.seconds(10))) == .fetch)
    ring.succeeded(keys(validFor: .seconds(10)), now: at(.seconds(10)))
    #expect(ring.find(one, of: blue, now: at(.seconds(10))) == .unreachable)
  }

  @Test func anOldKeySignsNoRequests() {
    var ring = KeyRing()
    ring.succeeded(keys(nil, [one, two], old: [two], validFor: .seconds(3600)), now: at(.zero))
    #expect(ring.find(two, of: blue, now: at(.seconds(1))) == .notItsKey)
    #expect(ring.find(one, of: blue, now: at(.seconds(1))) == .known([7]))
  }

  @Test func anUnknownKeyIsAskedForNowAndThen() {
    var ring = KeyRing()
    ring.succeeded(keys(validFor: .seconds(3600)), now: at(.zero))
    #expect(ring.find(two, of: blue, now: at(.seconds(29))) == .notItsKey)
    #expect(ring.find(two, of: blue, now: at(.seconds(30))) == .fetch)
    // A request signed with a known key waits for nothing, whatever comes of it.
    #expect(ring.find(one, of: blue, now: at(.seconds(30))) == .known([7]))
    ring.failed(blue, now: at(.seconds(40)))
    #expect(ring.find(two, of: blue, now: at(.seconds(40))) == .unreachable)
    #expect(ring.find(one, of: blue, now: at(.seconds(40))) == .known([7]))
    #expect(ring.find(two, of: blue, now: at(.seconds(41))) == .fetch)
    ring.succeeded(keys(nil, [two], validFor: .seconds(3600)), now: at(.seconds(42)))
    #expect(ring.find(two, of: blue, now: at(.seconds(42))) == .known([7]))
    #expect(ring.find(one, of: blue, now: at(.seconds(42))) == .notItsKey)
  }

  @Test func failuresAreRememberedLongerAndLonger() {
    var ring = KeyRing()
    var now = Duration.zero
    for pause in [1, 2, 4, 8, 16, 30, 30] {
      #expect(ring.find(one, of: blue, now: at(now)) == .fetch)
      ring.failed(blue, now: at(now))
      #expect(ring.find(one, of: blue, now: at(now + .seconds(pause) - .milliseconds(1))) == .unreachable)
      now += .seconds(pause)
    }
    #expect(ring.find(one, of: blue, now: at(now)) == .fetch)
    ring.succeeded(keys(validFor: now + .seconds(60)), now: at(now))
    now += .seconds(60)
    #expect(ring.find(one, of: blue, now: at(now)) == .fetch)
    ring.failed(blue, now: at(now))
    #expect(ring.find(one, of: blue, now: at(now + .seconds(1))) == .fetch)
  }

  @Test func strangersWithoutNumberLeaveNothingBehind() throws {
    var limits = KeyRing.Limits()
    limits.mostServers = 100
    var ring = KeyRing(limits)
    ring.succeeded(keys(validFor: .seconds(3600)), now: at(.zero))
    for number in 0..<10_000 {
      let unknown = try ServerName("s\(number).example").orThrow("a name")
      let found = ring.find(one, of: unknown, now: at(.seconds(1)))
      #expect(found == (number < limits.mostForUnknown ? .fetch : .busy))
    }
    #expect(ring.counts == (1, 0, limits.mostForUnknown))
    for number in 0..<10_000 {
      ring.failed(try ServerName("s\(number).example").orThrow("a name"), now: at(.seconds(2)))
    }
    #expect(ring.counts == (1, 100, 0))
    #expect(ring.find(one, of: blue, now: at(.seconds(3))) == .known([7]))
  }

  @Test func theLeastUsedServerIsForgotten() throws {
    var limits = KeyRing.Limits()
    limits.mostServers = 3
    var ring = KeyRing(limits)
    let names = try (0..<4).map { try ServerName("s\($0).example").orThrow("a name") }
    for name in names.prefix(3) { ring.succeeded(keys(name, validFor: .seconds(60)), now: at(.zero)) }
    _ = ring.find(one, of: names[0], now: at(.zero))
    ring.succeeded(keys(names[3], validFor: .seconds(60)), now: at(.zero))
    #expect(ring.counts.known == 3)
    #expect(ring.find(one, of: names[0], now: at(.zero)) == .known([7]))
    #expect(ring.find(one, of: names[1], now: at(.zero)) == .fetch)
  }

  @Test func strangersDoNotKeepOthersFromBeingAsked() throws {
    var ring = KeyRing()
    ring.succeeded(keys(validFor: .seconds(5)), now: at(.zero))
    let green = try ServerName("green.example").orThrow("a name")
    for number in 0..<16 {
      let unknown = try ServerName("s\(number).example").orThrow("a name")
      #expect(ring.find(one, of: unknown, now: at(.seconds(10))) == .fetch)
    }
    let late = try ServerName("late.example").orThrow("a name")
    #expect(ring.find(one, of: late, now: at(.seconds(10))) == .busy)
    #expect(ring.find(one, of: blue, now: at(.seconds(10))) == .fetch)
    #expect(ring.find(one, of: green, isKnown: true, now: at(.seconds(10))) == .fetch)
    ring.abandoned(try ServerName("s0.example").orThrow("a name"))
    #expect(ring.find(one, of: late, now: at(.seconds(10))) == .fetch)
  }
}
