import MatrixWire
import PresenceCore
import TestNames
import Testing

/// Who may see whom, asked at delivery (Protocol 3.2, 5.4).
struct VisibilityTests {
  @Test func aStrangerSeesNothing() throws {
    let world = try World.annWatchesBobOnline()
    #expect(world.seen(bob, by: cem) == nil)
  }

  @Test func watchingIsNotMutual() throws {
    let world = try World.annWatchesBobOnline()
    #expect(world.seen(ann, by: bob) == nil)
  }

  @Test func onlyAskingShowsNothing() throws {
    var world = try World.annWatchesBobOnline()
    world.record(try world.rules.invite(bob, by: cem, now: world.now))
    #expect(world.seen(bob, by: cem) == nil)
    #expect(
      world.rules.listedPresence(of: bob, for: cem, now: world.now)
        == PresenceContent(state: .unknown, unknownReason: .pending))
  }

  @Test func everybodySeesThemselves() throws {
    let world = try World.annWatchesBobOnline()
    #expect(
      world.seen(bob, by: bob)
        == PresenceContent(
          state: .online, lastActiveAgo: 120_000, currentlyActive: false, choice: .online))
  }

  @Test func whoIsAllowedSeesTheState() throws {
    let world = try World.annWatchesBobOnline()
    let expected = PresenceContent(state: .online, lastActiveAgo: 120_000, currentlyActive: false)
    #expect(world.seen(bob, by: ann) == expected)
    #expect(world.rules.listedPresence(of: bob, for: ann, now: world.now) == expected)
  }

  @Test func whatWasQueuedBeforeARevocationIsNotSeenAfterIt() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, "secret", by: bob)
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
    world.record(world.rules.revoke(ann, by: bob, now: world.now))
    #expect(world.seen(bob, by: ann) == nil)
  }

  @Test func whatWasQueuedBeforeADropIsNotSeenAfterIt() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, "secret", by: bob)
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    #expect(world.seen(bob, by: ann) == nil)
  }

  @Test(arguments: [ann, person("nobody")])
  func somebodyWhoDoesNotExistIsSeenByNobody(viewer: UserID) {
    #expect(World().seen(person("nobody"), by: viewer) == nil)
  }

  @Test func streamsOfSomebodyWhoDoesNotExistAreNothing() {
    var world = World()
    let stream = world.open(person("nobody"))
    world.close(stream, of: person("nobody"))
    #expect(world.effects == [])
  }
}
