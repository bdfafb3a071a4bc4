import MatrixWire
import PresenceCore
import Testing

/// "last_active := now when" and "NOT when" of Protocol 5.4.
struct LastActiveTests {
  static let rises: [(PresenceState, PresenceState)] = [
    (.offline, .unavailable), (.offline, .online), (.hidden, .unavailable), (.hidden, .online),
    (.unavailable, .online), (.unavailable, .busy), (.unavailable, .freeForChat), (.online, .freeForChat),
    (.busy, .freeForChat),
  ]

  static let fallsAndSidesteps: [(PresenceState, PresenceState)] = [
    (.online, .online), (.online, .busy), (.busy, .online), (.freeForChat, .online), (.freeForChat, .busy),
    (.online, .unavailable), (.unavailable, .unavailable), (.online, .offline), (.unavailable, .hidden),
    (.offline, .hidden), (.hidden, .offline), (.freeForChat, .freeForChat),
  ]

  @Test(arguments: rises)
  func aStatusThatRaisesTheLevelIsActivity(from before: PresenceState, to after: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(before, by: bob)
    world.wait(.seconds(120))
    try world.put(after, by: bob)
    #expect(world.lastActive(bob) == .zero)
  }

  @Test(arguments: fallsAndSidesteps)
  func aStatusThatDoesNotRaiseTheLevelIsNoActivity(
    from before: PresenceState, to after: PresenceState
  ) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(before, by: bob)
    world.wait(.seconds(120))
    let quiet = world.lastActive(bob)
    try world.put(after, "with a text", by: bob)
    #expect(world.lastActive(bob) == quiet)
  }

  /// The effective level stays where it is: the device goes on saying that nobody is at it.
  @Test func aStatusThatRaisesTheChoiceIsActivityBehindIdlenessToo() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.unavailable, by: bob)
    world.idle(bob, for: .seconds(300))
    world.wait(.seconds(120))
    try world.put(.online, by: bob)
    #expect(world.seen(bob, by: ann)?.state == .unavailable)
    #expect(world.lastActive(bob) == .zero)
  }

  @Test func theEndOfIdlenessIsActivity() throws {
    var world = try World.annWatchesBobOnline()
    world.idle(bob, for: .seconds(300))
    world.wait(.seconds(600))
    world.active(bob)
    #expect(world.lastActive(bob) == .zero)
  }

  @Test func theBeginningOfIdlenessIsNone() throws {
    var world = try World.annWatchesBobOnline()
    world.idle(bob, for: .seconds(60))
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test func aReportFromSomebodyWhoIsActiveAnywayIsNone() throws {
    var world = try World.annWatchesBobOnline()
    world.active(bob)
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test(arguments: [PresenceState.online, .unavailable, nil])
  func theFirstStreamFromOfflineIsActivity(setPresence: PresenceState?) throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", setPresence)
    #expect(world.lastActive(bob) == .zero)
  }

  @Test func aStreamThatDoesNotCountIsNone() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", .offline)
    #expect(world.lastActive(bob) == .seconds(86_400))
  }

  @Test func aSecondDeviceIsNone() throws {
    var world = try World.annWatchesBobOnline()
    world.open(bob, "phone")
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test func furtherPollsAreNone() throws {
    var world = try World.annWatchesBobOnline()
    world.poll(bob)
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test func readingTheListIsNone() throws {
    var world = try World.annWatchesBobOnline()
    world.record(world.rules.listWasRead(by: bob, on: device("tty"), now: world.now))
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test func switchingPollingIsNone() throws {
    var world = try World.annWatchesBobOnline()
    world.record(world.rules.setPolling(true, of: bob, on: device("tty"), now: world.now))
    #expect(world.lastActive(bob) == .seconds(120))
  }

  @Test(arguments: [PresenceState.hidden, .offline])
  func arrivingWhileAppearingOfflineIsNotSeen(choice: PresenceState) throws {
    var world = try World.annWatchesBob()
    try world.put(choice, by: bob)
    world.forget()
    world.open(bob)
    #expect(world.seen(bob, by: ann)?.lastActiveAgo == 86_400_000)
    #expect(!world.effects.contains(.presenceChanged(bob, toOthers: true)))
  }

  @Test func somebodyNewIsLastActiveAtRegistration() throws {
    var world = World()
    try world.befriend(ann, bob)
    world.wait(.seconds(5))
    #expect(world.seen(bob, by: ann)?.lastActiveAgo == 5000)
  }

  @Test func furtherActivityWithinTheMinuteIsNotAnnounced() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.unavailable, by: bob)
    try world.put(.online, by: bob)
    world.wait(.seconds(30))
    world.open(bob, "phone")
    world.idle(bob, for: .seconds(1), "phone")
    world.forget()
    world.active(bob, "phone")
    #expect(world.effects == [])
  }
}
