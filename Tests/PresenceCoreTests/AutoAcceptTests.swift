import MatrixWire
import PresenceCore
import TestNames
import Testing

/// The four policies of automatic acceptance (Protocol 6.5).
struct AutoAcceptTests {
  @Test(arguments: [
    (AutoAccept.never, false), (.reverse, false), (.sharedRoom, false), (.always, true),
  ])
  func aStrangerIsAccepted(policy: AutoAccept, expected: Bool) throws {
    var world = World()
    world.rules.setAutoAccept(policy, of: bob)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(world.rules.isVisible(bob, to: ann) == expected)
  }

  @Test(arguments: [
    (AutoAccept.never, false), (.reverse, true), (.sharedRoom, true), (.always, true),
  ])
  func somebodyWhomTheAskedPersonWatchesIsAccepted(policy: AutoAccept, expected: Bool) throws {
    var world = World()
    try world.befriend(bob, ann)
    world.rules.setAutoAccept(policy, of: bob)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(world.rules.isVisible(bob, to: ann) == expected)
  }

  @Test func somebodyWhoHasNotAnsweredTheAskedPersonIsNotAccepted() throws {
    var world = World()
    world.rules.setAutoAccept(.reverse, of: bob)
    world.record(try world.rules.invite(ann, by: bob, now: world.now))
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(!world.rules.isVisible(bob, to: ann))
  }

  @Test func thePolicyIsThatOfTheAskedPerson() throws {
    var world = World()
    world.rules.setAutoAccept(.always, of: ann)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(!world.rules.isVisible(bob, to: ann))
  }

  @Test func theServersPolicyHoldsWhereAPersonHasNone() throws {
    var world = World(autoAccept: .always)
    world.rules.setAutoAccept(.never, of: bob)
    world.rules.setAutoAccept(nil, of: bob)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(world.rules.isVisible(bob, to: ann))
  }

  @Test func theDefaultIsReverse() {
    #expect(PresenceRules(server: here).autoAccept(of: bob) == .reverse)
  }

  @Test func acceptingUnaskedTellsBothSides() throws {
    var world = World(autoAccept: .always)
    #expect(
      try world.rules.invite(bob, by: ann, now: world.now)
        == [
          PresenceListsTests.listed(.pending, by: ann), PresenceListsTests.told(.accepted),
          PresenceListsTests.listed(.accepted, by: bob),
        ])
  }

  @Test func nobodyIsAcceptedByAPersonWhoDoesNotExist() throws {
    var world = World(autoAccept: .always)
    world.record(try world.rules.invite(person("nobody"), by: ann, now: world.now))
    #expect(world.rules.lists.entry(of: ann, for: person("nobody"))?.state == .pending)
  }
}
