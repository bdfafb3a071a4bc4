import MatrixWire
import PresenceCore
import TestNames
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

  @Test func whatOthersNoticeIsActivity() throws {
    var world = try World.annWatchesBobOnline()
    world.wait(.seconds(30))
    world.record(world.rules.noteActivity(of: bob, on: device("tty"), now: world.now))
    #expect(world.lastActive(bob) == .zero)
    #expect(world.seen(bob, by: ann)?.currentlyActive == true)
  }

  /// Of a user who stays away watchers hear once a minute.
  @Test func whoActsWhileAwayIsToldOnceAMinute() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.unavailable, by: bob)
    world.wait(.seconds(120))
    world.forget()
    for _ in 0..<10 {
      world.record(world.rules.noteActivity(of: bob, on: device("tty"), now: world.now))
      world.wait(.seconds(5))
    }
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
    #expect(world.seen(bob, by: ann)?.state == .unavailable)
  }

  /// A device that says itself when nobody is at it goes on saying so; of another one, an act is the end of idleness.
  @Test func anActEndsTheIdlenessOfADeviceThatDoesNotReport() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "old", .unavailable)
    #expect(world.state(of: bob) == .unavailable)
    world.record(world.rules.noteActivity(of: bob, on: device("old"), now: world.now))
    #expect(world.state(of: bob) == .online)
    var reporting = try World.annWatchesBobOnline()
    reporting.idle(bob, for: .seconds(300))
    reporting.record(reporting.rules.noteActivity(of: bob, on: device("tty"), now: reporting.now))
    #expect(reporting.state(of: bob) == .unavailable)
  }

  @Test func whatAHiddenUserDoesIsToldToNobody() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.hidden, by: bob)
    world.wait(.seconds(600))
    world.forget()
    world.record(world.rules.noteActivity(of: bob, on: device("tty"), now: world.now))
    #expect(!world.effects.contains(.presenceChanged(bob, toOthers: true)))
    #expect((world.seen(bob, by: ann)?.lastActiveAgo ?? 0) >= 600_000)
  }
}
