import MatrixWire
import PresenceCore
import TestNames
import Testing

/// `currently_active` and its falling edge (Protocol 5.4, 3.5).
struct CurrentlyActiveTests {
  static let marks: [(PresenceState, Bool?)] = [
    (.online, true), (.freeForChat, true), (.busy, true), (.unavailable, nil), (.hidden, nil),
    (.offline, nil),
  ]

  @Test(arguments: marks)
  func onlyWhoIsThereIsCurrentlyActive(choice: PresenceState, seen: Bool?) throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    try world.put(choice, by: bob)
    #expect(world.seen(bob, by: ann)?.currentlyActive == seen)
  }

  @Test(arguments: [(Duration.milliseconds(59_999), true), (.seconds(60), false)])
  func itLastsAMinute(after span: Duration, expected: Bool) throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.wait(span)
    #expect(world.seen(bob, by: ann)?.currentlyActive == expected)
  }

  @Test func theFalseEdgeIsAnnouncedAtSixtySeconds() throws {
    var world = try World.annWatchesBob()
    let begun = world.elapsed
    world.active(bob)
    world.open(bob)
    world.forget()
    world.wait(.seconds(3600))
    #expect(
      world.told == [
        World.Told(after: begun + .seconds(60), effect: .presenceChanged(bob, toOthers: true))
      ])
  }

  @Test func activityInBetweenPutsTheEdgeOff() throws {
    var world = try World.annWatchesBob()
    world.active(bob)
    world.open(bob)
    world.wait(.seconds(40))
    let risen = world.elapsed
    try world.put(.freeForChat, by: bob)
    world.forget()
    world.wait(.seconds(3600))
    #expect(
      world.told == [
        World.Told(after: risen + .seconds(60), effect: .presenceChanged(bob, toOthers: true))
      ])
  }

  @Test func goingIdleEndsItAtOnce() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.idle(bob, for: .seconds(60))
    #expect(world.seen(bob, by: ann)?.currentlyActive == nil)
  }
}
