internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct PeerLinkTests {
  private let red: ServerName
  private let ann: UserID
  private let bob: UserID
  private let timing = FederationTiming()

  init() throws {
    red = try ServerName("red").orThrow("a name")
    ann = try UserID("@ann:red").orThrow("a name")
    bob = try UserID("@bob:blue").orThrow("a name")
  }

  private func at(_ seconds: Int) -> Moment {
    Moment(instant: .origin + .seconds(seconds), wall: WallTime(milliseconds: 0))
  }

  private func link() -> (PeerLink, Agenda) {
    (PeerLink(bob.server, ourEpoch: 1, shortInterval: timing.shortInterval), Agenda(seed: 1))
  }

  /// Sends these contents.
  private func send(_ contents: OutboundContents, _ link: inout PeerLink, at now: Moment)
    -> OutboundTransaction
  {
    let attempt = OutboundTransaction(
      peer: bob.server, transaction: Transaction(id: "1_1", origin: red, sentAt: 0), attempt: 1,
      timeout: timing.watchedTimeout, cause: link.cause(of: contents), speaksAdditions: true)
    link.outbound = .sending(.init(outbound: attempt, contents: contents, since: now.instant))
    return attempt
  }

  @Test func interestIsAskedForWithinTheSpread() {
    var (link, agenda) = link()
    link.set(.init(looks: true), of: ann, in: bob, after: .zero, &agenda, at(0))
    #expect(link.queue.contents.polls == [bob])
    #expect(link.queue.flushAt.map { $0 <= at(1).instant } == true)
  }

  @Test func interestThatOnlyStandsWaitsForTheNextMessage() {
    var (link, agenda) = link()
    link.set(.init(stands: true), of: ann, in: bob, after: .zero, &agenda, at(0))
    #expect(link.queue.contents.polls == [bob])
    #expect(link.queue.flushAt == nil)
  }

  @Test func anUnansweredPollIsSilenceTheSecondTime() {
    var (link, agenda) = link()
    link.subscriptions.watch(bob)
    var contents = OutboundContents()
    contents.polls = [bob]
    var attempt = send(contents, &link, at: at(0))
    let first = link.failed(attempt, because: .noAnswer, isCrowded: false, &agenda, at(5))
    #expect(first?.isSilence == false)
    #expect(link.outbound.retryAt == at(5).instant + timing.firstRetry)
    attempt = link.outbound.retry(at: at(6).instant) ?? attempt
    let second = link.failed(attempt, because: .noAnswer, isCrowded: false, &agenda, at(11))
    #expect(second?.isSilence == true)
    let again = link.failed(attempt, because: .noAnswer, isCrowded: false, &agenda, at(12))
    #expect(again == nil)
  }

  @Test func whatIsRefusedGoesAgainInPartsAndByItselfIsParked() {
    var (link, agenda) = link()
    link.subscriptions.watchedByThem = [ann]
    link.subscriptions.watch(bob)
    var contents = OutboundContents()
    contents.states = [ann]
    contents.polls = [bob]
    _ = link.failed(send(contents, &link, at: at(0)), because: .refused, isCrowded: false, &agenda, at(1))
    #expect(link.outbound.isIdle && link.queue.parts == 4)
    #expect(link.queue.changed == [ann] && link.queue.contents.polls == [bob])
    contents.polls = []
    _ = link.failed(send(contents, &link, at: at(2)), because: .refused, isCrowded: false, &agenda, at(3))
    #expect(link.queue.parked.states == [ann])
  }

  @Test func aUserWhoMayNotBeShownIsNeitherSentNorRepeated() {
    var (link, agenda) = link()
    link.subscriptions.watchedByThem = [ann]
    var contents = OutboundContents()
    contents.states = [ann]
    _ = send(contents, &link, at: at(0))
    link.batch(ann, &agenda, at(1))
    link.unsubscribe(ann)
    #expect(link.queue.isEmpty && link.outbound.inFlight?.isTainted == true)
  }

  @Test func aSignOfLifeEndsTheBackOff() {
    var (link, agenda) = link()
    link.subscriptions.watch(bob)
    var contents = OutboundContents()
    contents.polls = [bob]
    _ = link.failed(send(contents, &link, at: at(0)), because: .noAnswer, isCrowded: false, &agenda, at(5))
    let wasSilent = link.noteLife(&agenda, at(5))
    #expect(!wasSilent && link.streak.failures == 0)
    #expect(agenda.next == at(5).instant)
  }

  @Test func aServerOfTodayIsNotPolledButHearsTheSameAgain() {
    var (link, agenda) = link()
    link.learn(speaksAdditions: false, &agenda, at(0))
    link.set(.init(looks: true), of: ann, in: bob, after: .zero, &agenda, at(0))
    #expect(link.queue.isEmpty)
    link.subscriptions.watchedByThem = [ann]
    link.refreshModern(&agenda, at(0))
    #expect(link.queue.changed == [ann])
  }
}
