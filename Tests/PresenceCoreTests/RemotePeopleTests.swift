import MatrixWire
import PresenceCore
import TestNames
import Testing

/// What is asked of other servers, and what their silence means (Protocol 6.5, 3.6 E2).
struct RemotePeopleTests {
  static func annAsksFay() throws -> World {
    var world = World()
    world.record(try world.rules.invite(farFay, by: ann, now: world.now))
    return world
  }

  @Test func anInviteGoesToTheOtherServer() throws {
    #expect(
      try Self.annAsksFay().effects == [
        PresenceListsTests.listed(.pending, farFay, by: ann),
        .sendToPeer(far, ListEDU(.invite, observer: ann, observed: farFay, inviteID: 1_700_000_000_000)),
      ])
  }

  @Test func aRepeatedInviteGoesOutAgainAfterAMinuteOnly() throws {
    var world = try Self.annAsksFay()
    world.wait(.seconds(59))
    world.forget()
    world.record(try world.rules.invite(farFay, by: ann, now: world.now))
    #expect(world.effects == [])
    world.wait(.seconds(1))
    #expect(
      world.effects == [
        .sendToPeer(far, ListEDU(.invite, observer: ann, observed: farFay, inviteID: 1_700_000_000_000))
      ])
  }

  @Test func aDropGoesToTheOtherServer() throws {
    var world = try Self.annAsksFay()
    #expect(
      world.rules.drop(farFay, by: ann, now: world.now) == [
        PresenceListsTests.listed(.dropped, farFay, by: ann),
        .sendToPeer(far, ListEDU(.drop, observer: ann, observed: farFay)),
      ])
  }

  @Test func anUnansweredInviteLapsesHere() throws {
    var world = try Self.annAsksFay()
    world.forget()
    world.wait(.seconds(30 * 86_400))
    #expect(
      world.effects == [
        PresenceListsTests.listed(.dropped, farFay, by: ann),
        .sendToPeer(far, ListEDU(.drop, observer: ann, observed: farFay)),
      ])
  }

  @Test func anAnswerGoesToTheAskersServer() throws {
    var world = World()
    world.record(try world.rules.invite(bob, by: farFay, now: world.now))
    world.forget()
    world.record(try world.rules.accept(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.sendToPeer(far, ListEDU(.accept, observer: farFay, observed: bob))))
  }

  @Test func aDenialGoesToTheAskersServer() throws {
    var world = World()
    world.record(try world.rules.invite(bob, by: farFay, now: world.now))
    world.record(try world.rules.deny(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.sendToPeer(far, ListEDU(.deny, observer: farFay, observed: bob))))
  }

  @Test func aRevocationGoesAsADenial() throws {
    var world = World()
    try world.befriend(farFay, bob)
    world.record(world.rules.revoke(farFay, by: bob, now: world.now))
    #expect(world.effects.contains(.sendToPeer(far, ListEDU(.deny, observer: farFay, observed: bob))))
    #expect(!world.rules.isVisible(bob, to: farFay))
  }

  // MARK: Silence

  @Test func peopleOfASilentServerAreUnknownWithTheReason() throws {
    var world = try Self.annAsksFay()
    world.record(world.rules.peerIsSilent(far))
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
    world.record(world.rules.peerIsSilent(far))
    #expect(world.rules.peerIsBack(far) == [PresenceListsTests.listed(.pending, farFay, by: ann)])
    #expect(world.rules.peerIsBack(far) == [])
    #expect(world.rules.listedPresence(of: farFay, for: ann, now: world.now).unknownReason == .pending)
  }

  @Test func aServerNobodyNamesAnyMoreIsAskedAnew() throws {
    var world = try Self.annAsksFay()
    world.record(world.rules.peerIsSilent(far))
    world.record(world.rules.drop(farFay, by: ann, now: world.now))
    world.record(try world.rules.invite(farFay, by: ann, now: world.now))
    #expect(world.rules.listedPresence(of: farFay, for: ann, now: world.now).unknownReason == .pending)
  }

  @Test func thisServerIsNeverSilent() throws {
    var world = try World.annWatchesBobOnline()
    #expect(world.rules.peerIsSilent(here) == [])
    #expect(world.rules.listedPresence(of: bob, for: ann, now: world.now).state == .online)
  }
}
