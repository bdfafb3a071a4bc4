internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct InviteRepeatsTests {
  @Test func repetitionsBecomeRarerAndBeginAnewWithAnotherInvite() throws {
    let (ann, bob) = (try UserID("@ann:red").orThrow("a name"), try UserID("@bob:blue").orThrow("a name"))
    var repeats = InviteRepeats()
    let pair = InviteRepeats.Pair(observer: ann, observed: bob)
    func wait(_ inviteID: Int64) -> Duration {
      repeats.delivered(
        ListEDU(.invite, observer: ann, observed: bob, inviteID: inviteID), to: pair, at: .origin, .init())
    }
    let waits = [1, 1, 1, 1, 2].map(wait)
    #expect(waits == [60, 540, 3000, 24 * 3600, 60].map { Duration.seconds($0) })
    repeats.forget(pair)
    let anew = wait(2)
    #expect(anew == .seconds(60))
  }

  @Test func theSameInviteWaitsForAMinuteAndAnotherForNothing() throws {
    let (ann, bob) = (try UserID("@ann:red").orThrow("a name"), try UserID("@bob:blue").orThrow("a name"))
    var repeats = InviteRepeats()
    let pair = InviteRepeats.Pair(observer: ann, observed: bob)
    func invite(_ id: Int64) -> ListEDU { ListEDU(.invite, observer: ann, observed: bob, inviteID: id) }
    #expect(repeats.earliestRepeat(of: invite(1), to: pair, .init()) == nil)
    _ = repeats.delivered(invite(1), to: pair, at: .origin + .seconds(5), .init())
    #expect(repeats.earliestRepeat(of: invite(1), to: pair, .init()) == .origin + .seconds(65))
    #expect(repeats.earliestRepeat(of: invite(2), to: pair, .init()) == nil)
  }
}
