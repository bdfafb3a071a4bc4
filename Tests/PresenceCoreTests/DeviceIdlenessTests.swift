import MatrixWire
import PresenceCore
import TestNames
import Testing

/// When devices are idle, by their reports or without them (Protocol 5.4, E5, E9).
extension DevicePresenceTests {
  // MARK: Idle

  @Test func onlyWhenEveryConnectedDeviceIsIdleIsTheirPerson() throws {
    var world = try World.annWatchesBobOnline()
    world.open(bob, "phone")
    world.active(bob, "phone")
    world.idle(bob, for: .seconds(300))
    #expect(world.state(of: bob) == .online)
    world.idle(bob, for: .seconds(300), "phone")
    #expect(world.state(of: bob) == .unavailable)
  }

  @Test func aDeviceThatIsNotConnectedKeepsNobodyActive() throws {
    var world = try World.annWatchesBobOnline()
    world.active(bob, "phone")
    world.idle(bob, for: .seconds(300))
    #expect(world.state(of: bob) == .unavailable)
  }

  @Test func idlenessIsCountedBackFromTheReport() throws {
    var world = try World.annWatchesBobOnline()
    world.idle(bob, for: .seconds(300))
    world.wait(.seconds(60))
    #expect(world.seen(bob, by: ann)?.idleAgo == 360_000)
  }

  @Test func aPersonIsIdleSinceTheirLastDeviceIs() throws {
    var world = try World.annWatchesBobOnline()
    world.open(bob, "phone")
    world.idle(bob, for: .seconds(100), "phone")
    world.idle(bob, for: .seconds(300))
    #expect(world.seen(bob, by: ann)?.idleAgo == 100_000)
  }

  @Test(arguments: [PresenceState.unavailable, .busy, .hidden, .offline])
  func idlenessNeverShowsOnOtherChoices(choice: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(choice, by: bob)
    world.idle(bob, for: .seconds(300))
    #expect(world.seen(bob, by: ann)?.idleAgo == nil)
    #expect(world.seen(bob, by: bob)?.idleAgo == nil)
  }

  @Test func idlenessOfABusyPersonIsNoNews() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, by: bob)
    world.wait(.seconds(120))
    world.forget()
    world.idle(bob, for: .seconds(300))
    world.active(bob)
    #expect(world.effects == [])
  }

  @Test func oneMessageAtTheStartOfIdlenessAndOneAtItsEnd() throws {
    var world = try World.annWatchesBobOnline()
    world.idle(bob, for: .seconds(300))
    world.wait(.seconds(3600))
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
    world.forget()
    world.active(bob)
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
  }

  @Test(arguments: [PresenceState.unavailable, .online, nil])
  func aPollSaysNothingOfADeviceThatReports(setPresence: PresenceState?) throws {
    var world = try World.annWatchesBobOnline()
    world.poll(bob, "tty", setPresence)
    #expect(world.state(of: bob) == .online)
    world.idle(bob, for: .seconds(300))
    world.poll(bob, "tty", setPresence)
    #expect(world.state(of: bob) == .unavailable)
  }

  @Test func aReportOfAnotherKindDoesNotEndTheFallback() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.report(DeviceReport(deviceType: .web), of: bob)
    world.wait(.seconds(300))
    #expect(world.state(of: bob) == .unavailable)
  }

  // MARK: Devices that never report

  @Test func anExplicitUnavailableMakesTheDeviceIdle() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.poll(bob, "tty", .unavailable)
    #expect(world.state(of: bob) == .unavailable)
  }

  @Test func anExplicitOnlineTakesItBack() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", .unavailable)
    world.poll(bob, "tty", .online)
    #expect(world.state(of: bob) == .online)
  }

  @Test func anExplicitOnlineTakesBackEvenALongAbsence() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", .unavailable)
    world.wait(.seconds(3600))
    world.poll(bob, "tty", .online)
    #expect(world.state(of: bob) == .online)
  }

  @Test func anAbsentParameterSaysNothing() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", .unavailable)
    world.poll(bob, "tty", nil)
    #expect(world.state(of: bob) == .unavailable)
  }

  @Test func sayingUnavailableLateKeepsTheStartOfTheFallback() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.wait(.seconds(400))
    world.poll(bob, "tty", .unavailable)
    #expect(world.seen(bob, by: ann)?.idleAgo == 400_000)
  }

  @Test(arguments: [(Duration.milliseconds(299_999), PresenceState.online), (.seconds(300), .unavailable)])
  func whoNeverReportsIsIdleAfterFiveMinutesWithoutAnAct(after span: Duration, state: PresenceState) throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.wait(span)
    #expect(world.state(of: bob) == state)
  }

  @Test(arguments: [PresenceState.online, nil])
  func pollingIsNeverActivity(setPresence: PresenceState?) throws {
    var world = try World.annWatchesBob()
    for _ in 0..<30 {
      world.poll(bob, "tty", setPresence)
      world.wait(.seconds(10))
    }
    #expect(world.state(of: bob) == .unavailable)
    #expect(world.lastActive(bob) == .seconds(300))
  }

  @Test func whoReportsIsNeverIdleByTheClock() throws {
    var world = try World.annWatchesBobOnline()
    world.wait(.seconds(86_400))
    #expect(world.state(of: bob) == .online)
  }

  @Test func aStatusSetOnTheDeviceIsAnAct() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.wait(.seconds(299))
    try world.put(.online, "still here", by: bob)
    world.wait(.seconds(299))
    #expect(world.state(of: bob) == .online)
  }

  @Test func aStatusSetElsewhereIsNone() throws {
    var world = try World.annWatchesBob()
    world.open(bob)
    world.wait(.seconds(299))
    try world.put(.online, "still here", by: bob, on: nil)
    world.wait(.seconds(1))
    #expect(world.state(of: bob) == .unavailable)
  }
}
