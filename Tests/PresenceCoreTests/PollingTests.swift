import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// Who looks at their list (E6, E7).
struct PollingTests {
  @Test(arguments: [PresenceState.online, .unavailable, .offline, nil])
  func anOpenPollLooksWhateverItSays(setPresence: PresenceState?) throws {
    var world = World()
    world.open(bob, "tty", setPresence)
    #expect(world.effects.contains(.pollingChanged(bob, true)))
  }

  @Test func aPollWhoseFilterBlocksPresenceDoesNot() throws {
    var world = World()
    world.open(bob, looks: false)
    #expect(!world.rules.isPolling(bob, now: world.now))
  }

  @Test(arguments: [(Duration.milliseconds(29_999), true), (.seconds(30), false)])
  func aClosedPollLooksForThirtySeconds(after span: Duration, expected: Bool) throws {
    var world = World()
    world.poll(bob, "tty", .offline)
    world.wait(span)
    #expect(world.rules.isPolling(bob, now: world.now) == expected)
  }

  @Test(arguments: [(Duration.milliseconds(28_999), true), (.seconds(29), false)])
  func aPollThatIsSaidToHaveClosedBeforeCountsFromThen(after span: Duration, expected: Bool) throws {
    var world = World()
    let stream = world.open(bob)
    #expect(world.mayGoOn(stream, .online))
    let closed = world.now.instant
    world.wait(.seconds(1))
    world.record(world.rules.streamEnded(stream, of: bob, on: device("tty"), at: closed, now: world.now))
    #expect(!world.mayGoOn(stream, .online))
    world.wait(span)
    #expect(world.rules.isPolling(bob, now: world.now) == expected)
    #expect((world.rules.publicPresence(of: bob, now: world.now)?.state == .online) == expected)
  }

  @Test func aPollGoesOnWithAStreamThatIsAsItSays() throws {
    var world = World()
    let stream = world.open(bob)
    #expect(world.mayGoOn(stream, .online))
    #expect(world.mayGoOn(stream, nil))
    #expect(!world.mayGoOn(stream, .offline), "it would make nobody online")
    #expect(!world.mayGoOn(stream, .online, looks: false))
    #expect(!world.mayGoOn(stream, .unavailable), "it makes the device idle")
    world.open(bob, "tty", .unavailable)
    #expect(world.mayGoOn(stream, .unavailable))
    #expect(!world.mayGoOn(stream, .online), "it ends the idleness")
    world.active(bob)
    #expect(world.mayGoOn(stream, .unavailable), "the device reports by itself")
    #expect(world.mayGoOn(stream, .online))
  }

  @Test(arguments: [(Duration.milliseconds(59_999), true), (.seconds(60), false)])
  func readingTheListLooksForAMinute(after span: Duration, expected: Bool) throws {
    var world = World()
    world.record(world.rules.listWasRead(by: bob, on: device("tty"), now: world.now))
    world.wait(span)
    #expect(world.rules.isPolling(bob, now: world.now) == expected)
  }

  @Test func theEndOfLookingIsAnnouncedOnce() throws {
    var world = World()
    world.poll(bob, "tty", .offline)
    world.forget()
    let begun = world.elapsed
    world.wait(.seconds(3600))
    #expect(
      world.told == [World.Told(after: begun + .seconds(30), effect: .pollingChanged(bob, false))])
  }

  @Test(arguments: [true, false])
  func theSwitchOverridesTheImplicitRule(polling: Bool) throws {
    var world = World()
    world.open(bob, looks: !polling)
    world.record(world.rules.setPolling(polling, of: bob, on: device("tty"), now: world.now))
    #expect(world.rules.isPolling(bob, now: world.now) == polling)
  }

  @Test func theSwitchSurvivesFromPollToPoll() throws {
    var world = World()
    let stream = world.open(bob)
    world.record(world.rules.setPolling(false, of: bob, on: device("tty"), now: world.now))
    world.close(stream, of: bob)
    for _ in 0..<5 {
      world.wait(.seconds(1))
      world.poll(bob)
    }
    #expect(!world.rules.isPolling(bob, now: world.now))
  }

  @Test func theSwitchFallsBackWhenTheLastStreamHasEndedForGood() throws {
    var world = World()
    let stream = world.open(bob)
    world.record(world.rules.setPolling(false, of: bob, on: device("tty"), now: world.now))
    world.close(stream, of: bob)
    world.wait(.seconds(30))
    world.open(bob)
    #expect(world.rules.isPolling(bob, now: world.now))
  }

  @Test func theSwitchIsThatOfOneDevice() throws {
    var world = World()
    world.open(bob)
    world.open(bob, "phone")
    world.record(world.rules.setPolling(false, of: bob, on: device("tty"), now: world.now))
    #expect(world.rules.isPolling(bob, now: world.now))
  }

  @Test func closingEndsLooking() throws {
    var world = World()
    world.open(bob)
    world.record(world.rules.setPolling(true, of: bob, on: device("tty"), now: world.now))
    world.report(DeviceReport(closing: true), of: bob)
    #expect(!world.rules.isPolling(bob, now: world.now))
  }

  @Test func aDeviceMayHaveSixteenPollsOpen() throws {
    var world = World()
    for _ in 0..<16 { world.open(bob) }
    let error = #expect(throws: MatrixError.self) {
      try world.rules.streamOpened(
        of: bob, on: device("tty"), PollIntent(setPresence: .online, looks: true), now: world.now)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test func theEndOfAPollMakesRoomForAnother() {
    var world = World()
    let first = world.open(bob)
    for _ in 0..<15 { world.open(bob) }
    world.close(first, of: bob)
    world.open(bob)
  }

  @Test func thePollsOfOneDeviceDoNotLimitAnother() {
    var world = World()
    for _ in 0..<16 { world.open(bob) }
    world.open(bob, "phone")
  }
}

extension World {
  fileprivate func mayGoOn(_ stream: StreamID, _ setPresence: PresenceState?, looks: Bool = true) -> Bool {
    rules.mayGoOn(
      stream, of: bob, on: device("tty"), PollIntent(setPresence: setPresence, looks: looks))
  }
}
