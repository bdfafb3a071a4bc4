internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct SubscriptionsTests {
  private let ann: UserID
  private let bob: UserID
  private let start = Instant.origin

  init() throws {
    ann = try UserID("@ann:red").orThrow("a name")
    bob = try UserID("@bob:blue").orThrow("a name")
  }

  @Test func whoIsShownAsPresentToALookingUserIsAtStake() {
    var subscriptions = Subscriptions()
    subscriptions.watch(bob)
    subscriptions.received(bob, version: nil, isPresent: true, at: start)
    #expect(subscriptions.atStake == 0)
    let wasWanted = subscriptions.set(.init(looks: true), of: ann, in: bob)
    #expect(!wasWanted && subscriptions.atStake == 1)
    subscriptions.refused(bob)
    #expect(subscriptions.atStake == 0)
    subscriptions.received(bob, version: nil, isPresent: true, at: start)
    subscriptions.unwatch(bob)
    #expect(subscriptions.atStake == 0 && subscriptions.isEmpty)
  }

  @Test func interestThatEndsLeavesAUserWatchedAndUnwanted() {
    var subscriptions = Subscriptions()
    _ = subscriptions.set(.init(looks: true), of: ann, in: bob)
    let wasWanted = subscriptions.set(.init(), of: ann, in: bob)
    #expect(wasWanted)
    #expect(subscriptions.watchedByUs[bob]?.isWanted == false)
  }

  @Test func interestThatOnlyStandsPutsNobodyAtStake() {
    var subscriptions = Subscriptions()
    _ = subscriptions.set(.init(stands: true), of: ann, in: bob)
    subscriptions.received(bob, version: nil, isPresent: true, at: start)
    #expect(subscriptions.isStanding)
    #expect(subscriptions.atStake == 0)
    subscriptions.watchedByThem.insert(ann)
    #expect(!subscriptions.isStanding)
  }

  @Test func oldStatesExpireAndUnwantedUsersGo() throws {
    let eve = try UserID("@eve:blue").orThrow("a name")
    var subscriptions = Subscriptions()
    _ = subscriptions.set(.init(looks: true), of: ann, in: bob)
    subscriptions.watch(eve)
    for user in [bob, eve] { subscriptions.received(user, version: nil, isPresent: true, at: start) }
    let early = subscriptions.expire(.seconds(10), at: start + .seconds(9))
    #expect(early.isEmpty)
    let gone = subscriptions.expire(.seconds(10), at: start + .seconds(10))
    #expect(gone.map(\.user) == [bob, eve])
    #expect(gone.map(\.isWanted) == [true, false])
    #expect(Array(subscriptions.watchedByUs.keys) == [bob])
    #expect(subscriptions.oldestHeard == nil && subscriptions.atStake == 0)
  }

  @Test func aSilentPeerLeavesNobodyPresent() {
    var subscriptions = Subscriptions()
    _ = subscriptions.set(.init(looks: true), of: ann, in: bob)
    subscriptions.received(bob, version: nil, isPresent: true, at: start)
    let lost = subscriptions.loseAll()
    #expect(lost == [bob] && subscriptions.atStake == 0)
  }
}
