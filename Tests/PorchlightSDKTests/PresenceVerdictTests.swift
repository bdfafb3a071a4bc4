import MatrixWire
import PorchlightSDK
import Ports
import Testing

/// Whether a server has presence, line by line of Protocol 9.4.
struct PresenceVerdictTests {
  private static let online = StatusUpdate(presence: .online, statusMessage: "tea")

  private func verdict(_ evidence: PresenceVerdict.Evidence...) -> PresenceVerdict {
    evidence.reduce(into: PresenceVerdict(of: Sample.me)) { $0.take($1) }
  }

  private func elsewhere(_ name: String) throws -> UserID { try #require(UserID("@\(name):far.example")) }

  @Test func aServerThatSaysSoHasItOff() {
    let refusal = MatrixError(.forbidden, "Presence is disabled on this server")
    #expect(verdict(.refused(refusal)).presence == .off(.refused))
  }

  @Test func anotherRefusalProvesNothing() {
    #expect(verdict(.refused(MatrixError(.forbidden, "You are not allowed"))).presence == .unknown)
    #expect(verdict(.refused(MatrixError(.notFound, "disabled"))).presence == .unknown)
  }

  @Test func aStatusThatLeavesNoTraceShowsThatItIsOff() {
    let seen = PresenceContent(state: .offline)
    #expect(verdict(.statusSet(Self.online, seen: seen)).presence == .off(.withoutEffect))
    let empty = StatusUpdate(presence: .online, statusMessage: nil)
    #expect(verdict(.statusSet(empty, seen: seen)).presence == .off(.withoutEffect))
  }

  @Test(arguments: [PresenceState.unavailable, .busy, .other("org.matrix.msc3026.busy")])
  func anyOtherStateShowsItAsWell(state: PresenceState) {
    let update = StatusUpdate(presence: state, statusMessage: "tea")
    let seen = PresenceContent(state: .offline)
    #expect(verdict(.statusSet(update, seen: seen)).presence == .off(.withoutEffect))
    let kept = PresenceContent(state: .unavailable, statusMessage: "tea")
    #expect(verdict(.statusSet(update, seen: kept)).presence == .works)
    let hidden = StatusUpdate(presence: .offline, statusMessage: "")
    #expect(verdict(.statusSet(hidden, seen: seen)).presence == .unknown)
  }

  @Test(arguments: [PresenceState.unknown, .unavailable])
  func anAnswerThatDoesNotChangeShowsThatItIsOff(state: PresenceState) {
    let seen = PresenceContent(state: state, lastActiveAgo: 10)
    #expect(verdict(.statusSet(Self.online, seen: seen)).presence == .off(.unchanged))
  }

  @Test func theOwnEchoShowsThatItWorks() {
    let silent = PresenceVerdict.Evidence.answer([:], isOnline: true)
    #expect(verdict(silent).presence == .unknown)
    #expect(verdict(silent, .answer([Sample.me: .online], isOnline: true)).presence == .works)
  }

  /// A Synapse whose presence was switched off says so once of who was there.
  @Test func whoIsSaidToBeOfflineWhilePollingProvesNothing() {
    let offline = PresenceVerdict.Evidence.answer([Sample.me: .offline], isOnline: true)
    #expect(verdict(offline).presence == .unknown && verdict(offline).needsProof)
  }

  @Test func afterAnInterruptionItHasToBeSeenAgain() {
    var works = verdict(.answer([Sample.me: .online], isOnline: true))
    works.interrupt()
    #expect(works.presence == .unknown && !works.needsProof)
    works.take(.answer([Sample.me: .online], isOnline: true))
    #expect(works.presence == .works)
    var off = verdict(.statusSet(Self.online, seen: PresenceContent(state: .offline)))
    off.interrupt()
    #expect(off.isOff)
  }

  @Test func silenceAboutOneselfAsksForProofAndProvesNothing() {
    let silent = PresenceVerdict.Evidence.answer([:], isOnline: true)
    #expect(!verdict().needsProof)
    #expect(verdict(silent).needsProof && !verdict(silent).isSilent)
    #expect(verdict(silent, silent, silent).isSilent)
    #expect(verdict(silent, silent, silent).presence == .unknown)
    #expect(!verdict(.answer([:], isOnline: false)).needsProof)
  }

  @Test(arguments: [
    PresenceContent(state: .online), PresenceContent(state: .busy),
    PresenceContent(state: .unavailable, statusMessage: "tea"),
  ])
  func aStatusThatIsKeptShowsThatItWorks(seen: PresenceContent) {
    #expect(verdict(.statusSet(Self.online, seen: seen)).presence == .works)
  }

  @Test func whatIsKnownOfEarlierShowsThatItWorks() {
    #expect(verdict(.ownStatus(PresenceContent(state: .offline, lastActiveAgo: 5))).presence == .works)
    #expect(verdict(.ownStatus(PresenceContent(state: .offline))).presence == .unknown)
  }

  @Test func aServerThatSwitchesItOffLaterIsNoticed() {
    let echo = PresenceVerdict.Evidence.answer([Sample.me: .online], isOnline: true)
    let later = verdict(echo, .statusSet(Self.online, seen: PresenceContent(state: .offline)))
    #expect(later.presence == .off(.withoutEffect))
  }

  /// When presence is switched off, a Synapse tells once more of those who were there.
  @Test func othersWhoAreSaidToBeOfflineProveNothing() {
    #expect(verdict(.answer([Sample.ann: .offline], isOnline: false)).presence == .unknown)
    #expect(verdict(.answer([Sample.ann: .unavailable], isOnline: false)).presence == .works)
  }

  @Test func aServerOfWhichNothingIsHeardIsToldFromUsersWhoAreOffline() throws {
    let (cid, dan) = (try elsewhere("cid"), try elsewhere("dan"))
    var verdict = verdict(.answer([Sample.me: .online, Sample.ann: .online], isOnline: true))
    #expect(verdict.isDeaf(to: cid.server))
    #expect(verdict.reason(for: cid) == .unheard)
    #expect(verdict.reason(for: Sample.bob) == nil)
    verdict.take(.answer([dan: .online], isOnline: true))
    #expect(!verdict.isDeaf(to: cid.server))
    #expect(verdict.reason(for: cid) == nil)
  }

  @Test func nobodyIsOfflineWhereItIsOffOrNotKnown() {
    #expect(verdict().reason(for: Sample.ann) == .unheard)
    let off = verdict(.statusSet(Self.online, seen: PresenceContent(state: .offline)))
    #expect(off.reason(for: Sample.ann) == .presenceOff)
  }
}
