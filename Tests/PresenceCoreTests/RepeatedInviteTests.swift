import MatrixWire
import PresenceCore
import TestNames
import Testing

/// How often one person may ask another: once a minute, whatever became of the invite before.
struct RepeatedInviteTests {
  /// When the minute of an invite asked at the start is over.
  static let minuteLater = PresenceListsTests.startTime + 60_000

  /// Ann asked Bob, took it back and asks again, all at once.
  static func annAsksTwice() throws -> World {
    var world = try PresenceListsTests.annAsksBob()
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.forget()
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    return world
  }

  /// How often Bob was asked.
  static func invites(_ world: World) -> Int {
    world.effects.filter {
      if case .inviteChanged(let event) = $0 { event.state == .pending } else { false }
    }.count
  }

  @Test func anInviteRepeatedWithinItsMinuteIsOnlyEchoed() throws {
    var world = try Self.annAsksTwice()
    world.wait(.milliseconds(59_999))
    #expect(world.effects == [PresenceListsTests.listed(.pending, by: ann)])
  }

  @Test func anInviteThatStandsIsAskedAtTheEndOfTheMinute() throws {
    var world = try Self.annAsksTwice()
    world.forget()
    world.wait(.seconds(60))
    #expect(world.effects == [PresenceListsTests.told(.pending, at: Self.minuteLater)])
    #expect(world.rules.lists.invites(for: bob).keys.contains(ann))
  }

  @Test func anInviteThatStandsNoLongerIsNotAsked() throws {
    var world = try Self.annAsksTwice()
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.forget()
    world.wait(.seconds(600))
    #expect(world.effects == [])
  }

  @Test func whoWasDeniedIsNotHeardWithinTheMinute() throws {
    var world = try PresenceListsTests.annAsksBob()
    world.record(try world.rules.deny(ann, by: bob, now: world.now))
    #expect(
      try world.rules.invite(bob, by: ann, now: world.now) == [PresenceListsTests.listed(.pending, by: ann)])
  }

  @Test func aStormOfInvitesIsOneAMinute() throws {
    var world = World()
    for _ in 0..<1200 {
      world.record(try world.rules.invite(bob, by: ann, now: world.now))
      world.record(world.rules.drop(bob, by: ann, now: world.now))
      world.wait(.milliseconds(250))
    }
    #expect((1...5).contains(Self.invites(world)))
  }

  @Test func somebodyElseMayBeAskedAtOnce() throws {
    var world = try Self.annAsksTwice()
    world.forget()
    world.record(try world.rules.invite(cem, by: ann, now: world.now))
    #expect(Self.invites(world) == 1)
  }

  @Test func theOtherWayRoundIsAnotherInvite() throws {
    var world = try Self.annAsksTwice()
    world.forget()
    world.record(try world.rules.invite(ann, by: bob, now: world.now))
    #expect(Self.invites(world) == 1)
  }

  @Test func aFriendWhoComesBackIsNotAskedForAndNeedNotWait() throws {
    var world = World(autoAccept: .reverse)
    try world.befriend(bob, ann)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(world.rules.isVisible(bob, to: ann))
  }

  @Test func nothingIsPlannedWhenTheMinuteIsOver() throws {
    var world = try Self.annAsksTwice()
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.wait(.seconds(60))
    let deadline = world.rules.nextDeadline
    #expect(deadline == nil)
  }

  // MARK: Names nobody has yet

  @Test func somebodyWhoWasInvitedBeforeTheyCameIsAskedAtOnce() throws {
    var world = World()
    let dee = person("dee")
    world.record(try world.rules.invite(dee, by: ann, now: world.now))
    world.rules.register(dee, now: world.now)
    world.forget()
    world.record(world.rules.askNewcomer(dee, now: world.now))
    #expect(Self.invites(world) == 1)
    world.record(try world.rules.accept(ann, by: dee, now: world.now))
    #expect(world.rules.isVisible(dee, to: ann))
  }

  @Test func anInviteSentAnewWithinItsMinuteWaitsForANewcomerToo() throws {
    var world = World()
    let dee = person("dee")
    world.record(try world.rules.invite(dee, by: ann, now: world.now))
    world.record(world.rules.drop(dee, by: ann, now: world.now))
    world.record(try world.rules.invite(dee, by: ann, now: world.now))
    world.rules.register(dee, now: world.now)
    world.forget()
    world.record(world.rules.askNewcomer(dee, now: world.now))
    #expect(Self.invites(world) == 1)
    world.wait(.seconds(120))
    #expect(Self.invites(world) == 1)
  }

  @Test func aNewcomerOfALenientServerIsWatchedAtOnce() throws {
    var world = World(autoAccept: .always)
    let dee = person("dee")
    world.record(try world.rules.invite(dee, by: ann, now: world.now))
    world.rules.register(dee, now: world.now)
    world.record(world.rules.askNewcomer(dee, now: world.now))
    #expect(world.rules.isVisible(dee, to: ann))
  }

  @Test func whatIsAskedOfANameNobodyHasIsKeptAsOfSomebody() throws {
    func relationship(of observed: UserID) throws -> PresenceLists.Relationship {
      var world = World()
      world.record(try world.rules.invite(observed, by: ann, now: world.now))
      return world.rules.lists.relationship(of: ann, for: observed)
    }
    #expect(try relationship(of: person("nobody")) == relationship(of: bob))
  }
}
