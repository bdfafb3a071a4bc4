internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import PresenceCore
internal import Testing

@testable internal import PresenceFederation

@Suite struct InviteRepeatsTests {
  @Test func repetitionsBecomeRarerAndBeginAnewWithAnotherInvite() throws {
    let (ann, bob) = (try UserID("@ann:red").orThrow("a name"), try UserID("@bob:blue").orThrow("a name"))
    var repeats = InviteRepeats()
    func wait(_ inviteID: Int64) -> Duration {
      repeats.delivered(
        ListEDU(.invite, observer: ann, observed: bob, inviteID: inviteID), at: .origin, .init())
    }
    let waits = [1, 1, 1, 1, 2].map(wait)
    #expect(waits == [60, 540, 3000, 24 * 3600, 60].map { Duration.seconds($0) })
    repeats.forget(Relation(owner: ann, observed: bob))
    let anew = wait(2)
    #expect(anew == .seconds(60))
  }

  @Test func theSameInviteWaitsForAMinuteAndAnotherForNothing() throws {
    let (ann, bob) = (try UserID("@ann:red").orThrow("a name"), try UserID("@bob:blue").orThrow("a name"))
    var repeats = InviteRepeats()
    func invite(_ id: Int64) -> ListEDU { ListEDU(.invite, observer: ann, observed: bob, inviteID: id) }
    #expect(repeats.earliestRepeat(of: invite(1), .init()) == nil)
    _ = repeats.delivered(invite(1), at: .origin + .seconds(5), .init())
    #expect(repeats.earliestRepeat(of: invite(1), .init()) == .origin + .seconds(65))
    #expect(repeats.earliestRepeat(of: invite(2), .init()) == nil)
  }
}
