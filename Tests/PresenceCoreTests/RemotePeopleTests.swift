import MatrixWire
import PresenceCore
import Testing

/// What is asked of other servers, and what their silence means (Protocol 6.5, 3.6 E2).
struct RemotePeopleTests {
  static func annAsksFay() throws -> World {
    var world = World()
    world.hear(try world.rules.invite(farFay, by: ann, now: world.now))
    return world
  }

  @Test func anInviteGoesToTheOtherServer() throws {
    #expect(
      try Self.annAsksFay().effects == [
        PresenceListsTests.listed(.pending, farFay, by: ann),
        .tellPeer(far, ListEDU(.invite, observer: ann, observed: farFay, inviteID: 1_700_000_000_000)),
      ])
  }

  @Test func aRepeatedInviteGoesOutAgainAfterAMinuteOnly() throws {
    var world = try Self.annAsksFay()
    world.wait(.seconds(59))
    world.forget()
    world.hear(try world.rules.invite(farFay, by: ann, now: world.now))
    #expect(world.effects == [])
    world.wait(.seconds(1))
    #expect(
      world.effects == [
        .tellPeer(far, ListEDU(.invite, observer: ann, observed: farFay, inviteID: 1_700_000_000_000))
      ])
  }

  @Test func aDropGoesToTheOtherServer() throws {
    var world = try Self.annAsksFay()
    #expect(
      world.rules.drop(farFay, by: ann, now: world.now) == [
        PresenceListsTests.listed(.dropped, farFay, by: ann),
        .tellPeer(far, ListEDU(.drop, observer: ann, observed: farFay)),
      ])
  }

  @Test func anUnansweredInviteLapsesHere() throws {
    var world = try Self.annAsksFay()
    world.forget()
    world.wait(.seconds(30 * 86_400))
    #expect(
      world.effects == [
        PresenceListsTests.listed(.dropped, farFay, by: ann),
        .tellPeer(far, ListEDU(.drop, observer: ann, observed: farFay)),
      ])
  }

  @Test func anAnswerGoesToTheAskersServer() throws {
    var world = World()
    world.hear(try world.rules.invite(bob, by: farFay, now: world.now))
    world.forget()
    world.hear(try world.rules.accept(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.tellPeer(far, ListEDU(.accept, observer: farFay, observed: bob))))
  }

  @Test func aDenialGoesToTheAskersServer() throws {
    var world = World()
    world.hear(try world.rules.invite(bob, by: farFay, now: world.now))
    world.hear(try world.rules.deny(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.tellPeer(far, ListEDU(.deny, observer: farFay, observed: bob))))
  }

  @Test func aRevocationGoesAsADenial() throws {
    var world = World()
    try world.befriend(farFay, bob)
    world.hear(world.rules.revoke(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.tellPeer(far, ListEDU(.deny, observer: farFay, observed: bob))))
    #expect(!world.rules.isVisible(bob, to: farFay))
  }

  // MARK: Silence

  @Test func peopleOfASilentServerAreUnknownWithTheReason() throws {
    var world = try Self.annAsksFay()
    world.hear(world.rules.peerIsSilent(far))
    #expect(
      world.rules.listedPresence(of: farFay, for: ann, now: world.now)
        == PresenceContent(state: .unknown, unknownReason: .unreachable))
  }

  @Test func silenceIsToldToThoseConcernedOnce() throws {
    var world = try Self.annAsksFay()
    try world.befriend(ann, bob)
    #expect(world.rules.peerIsSilent(far) == [PresenceListsTests.listed(.pending, farFay, by: ann)])
    #expect(world.rules.peerIsSilent(far) == [])
  }

  @Test func theEndOfSilenceIsToldOnce() throws {
    var world = try Self.annAsksFay()
    world.hear(world.rules.peerIsSilent(far))
    #expect(world.rules.peerIsBack(far) == [PresenceListsTests.listed(.pending, farFay, by: ann)])
    #expect(world.rules.peerIsBack(far) == [])
    #expect(world.rules.listedPresence(of: farFay, for: ann, now: world.now).unknownReason == .pending)
  }

  @Test func aServerNobodyNamesAnyMoreIsAskedAnew() throws {
    var world = try Self.annAsksFay()
    world.hear(world.rules.peerIsSilent(far))
    world.hear(world.rules.drop(farFay, by: ann, now: world.now))
    world.hear(try world.rules.invite(farFay, by: ann, now: world.now))
    #expect(world.rules.listedPresence(of: farFay, for: ann, now: world.now).unknownReason == .pending)
  }

  @Test func thisServerIsNeverSilent() throws {
    var world = try World.annWatchesBobOnline()
    #expect(world.rules.peerIsSilent(here) == [])
    #expect(world.rules.listedPresence(of: bob, for: ann, now: world.now).state == .online)
  }
}
