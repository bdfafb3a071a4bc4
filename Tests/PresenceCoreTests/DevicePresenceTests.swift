import MatrixWire
import PresenceCore
import TestNames
import Testing

/// Streams, grace, idleness and types of single devices (Protocol 5.4, E5, E9).
struct DevicePresenceTests {
  // MARK: Connected

  @Test(arguments: [PresenceState.online, .unavailable, nil])
  func aPollMakesItsPersonAppear(setPresence: PresenceState?) throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", setPresence)
    #expect(world.state(of: bob) != .offline)
  }

  @Test func aPollThatSaysOfflineIsNoStream() throws {
    var world = try World.annWatchesBob()
    world.open(bob, "tty", .offline)
    #expect(world.state(of: bob) == .offline)
  }

  @Test func aPollThatSaysOfflineLeavesNoGrace() throws {
    var world = try World.annWatchesBob()
    world.poll(bob, "tty", .offline)
    #expect(world.state(of: bob) == .offline)
  }

  @Test func aPollThatSaysOfflineDoesNotKeepAnybodyThere() throws {
    var world = try World.annWatchesBob()
    world.poll(bob)
    world.open(bob, "tty", .offline)
    world.wait(.seconds(30))
    #expect(world.state(of: bob) == .offline)
  }

  @Test(arguments: [(Duration.milliseconds(29_999), PresenceState.online), (.seconds(30), .offline)])
  func aDeviceStaysConnectedForThirtySecondsAfterItsLastStream(
    after span: Duration, state: PresenceState
  ) throws {
    var world = try World.annWatchesBob()
    world.poll(bob)
    world.wait(span)
    #expect(world.state(of: bob) == state)
  }

  @Test func theEndOfTheGraceIsAnnouncedOnceAndOnTime() throws {
    var world = try World.annWatchesBobOnline()
    world.wait(.seconds(3600))
    world.poll(bob, "phone", .online, looks: false)
    let stream = world.open(bob, "web", .online, looks: false)
    world.wait(.seconds(3600))
    world.report(DeviceReport(closing: true), of: bob, "tty")
    world.forget()
    let begun = world.elapsed
    world.close(stream, of: bob, "web")
    world.wait(.seconds(3600))
    #expect(
      world.told == [
        World.Told(after: begun + .seconds(30), effect: .presenceChanged(bob, toOthers: true))
      ])
  }

  @Test func aSecondStreamOutlivesTheFirst() throws {
    var world = try World.annWatchesBob()
    let first = world.open(bob)
    world.open(bob)
    world.close(first, of: bob)
    world.wait(.seconds(60))
    #expect(world.state(of: bob) == .online)
  }

  @Test func reconnectingWithinTheGraceIsNoChange() throws {
    var world = try World.annWatchesBobOnline()
    world.poll(bob)
    world.wait(.seconds(10))
    world.forget()
    world.poll(bob)
    #expect(world.effects == [])
  }

  // MARK: Closing

  @Test func closingEndsStreamsAndGraceAtOnce() throws {
    var world = try World.annWatchesBobOnline()
    world.report(DeviceReport(closing: true), of: bob)
    #expect(world.state(of: bob) == .offline)
    #expect(
      world.effects == [
        .presenceChanged(bob, toOthers: true), .pollingChanged(bob, false), .endStreams(bob, device("tty")),
      ])
  }

  @Test func closingLeavesTheChoiceAlone() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, "deep in it", by: bob)
    world.report(DeviceReport(closing: true), of: bob)
    #expect(world.rules.person(bob)?.choice == .busy)
  }

  @Test func closingLeavesOtherDevicesAlone() throws {
    var world = try World.annWatchesBobOnline()
    world.open(bob, "phone")
    world.report(DeviceReport(closing: true), of: bob)
    #expect(world.state(of: bob) == .online)
  }

  @Test func aStreamEndedByClosingLeavesNoGraceWhenItReturns() throws {
    var world = try World.annWatchesBob()
    let stream = world.open(bob)
    world.report(DeviceReport(closing: true), of: bob)
    world.close(stream, of: bob)
    #expect(world.state(of: bob) == .offline)
  }

  @Test func aDeviceThatClosedWhileIdleComesBackActive() throws {
    var world = try World.annWatchesBobOnline()
    world.idle(bob, for: .seconds(300))
    world.report(DeviceReport(closing: true), of: bob)
    world.wait(.seconds(3600))
    world.open(bob)
    #expect(world.state(of: bob) == .online)
  }

  @Test func aDeviceLoggedOutIsGoneAtOnce() throws {
    var world = try World.annWatchesBobOnline()
    world.record(world.rules.removeDevice(device("tty"), of: bob, now: world.now))
    #expect(world.state(of: bob) == .offline)
    #expect(world.effects.last == .endStreams(bob, device("tty")))
  }

  // MARK: Types

  @Test func typesOfConnectedDevicesAreSortedAndUnique() throws {
    var world = try World.annWatchesBobOnline()
    for (name, type) in [("tty", DeviceType.terminal), ("b", .mobile), ("c", .mobile), ("d", .desktop)] {
      world.open(bob, name)
      world.report(DeviceReport(deviceType: type), of: bob, name)
    }
    world.report(DeviceReport(deviceType: .web), of: bob, "elsewhere")
    #expect(world.seen(bob, by: ann)?.deviceTypes == [.desktop, .mobile, .terminal])
  }

  @Test func aTypeSticksToItsDevice() throws {
    var world = try World.annWatchesBobOnline()
    world.report(DeviceReport(deviceType: .terminal), of: bob)
    world.report(DeviceReport(closing: true), of: bob)
    world.wait(.seconds(86_400))
    world.open(bob)
    world.active(bob)
    #expect(world.seen(bob, by: ann)?.deviceTypes == [.terminal])
  }

  @Test(arguments: [PresenceState.hidden, .offline])
  func whoAppearsOfflineShowsNoDevices(choice: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    world.report(DeviceReport(deviceType: .terminal), of: bob)
    try world.put(choice, by: bob)
    #expect(world.seen(bob, by: ann)?.deviceTypes == [])
  }

  // MARK: Setting a status

  @Test(arguments: [PresenceState.online, .busy, .unavailable, .freeForChat])
  func aPersonWhoOnlySetsAStatusIsThatForThirtySeconds(choice: PresenceState) throws {
    var world = try World.annWatchesBob()
    try world.put(choice, "from a script", by: bob, on: "bot")
    #expect(world.seen(bob, by: ann)?.state == choice)
    world.wait(.milliseconds(29_999))
    #expect(world.seen(bob, by: ann)?.state == choice)
    world.forget()
    world.wait(.milliseconds(1))
    #expect(world.seen(bob, by: ann)?.state == .offline)
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
  }

  @Test func aScriptThatSetsAStatusAgainStaysThere() throws {
    var world = try World.annWatchesBob()
    for _ in 0..<10 {
      try world.put(.online, by: bob, on: "bot")
      world.wait(.seconds(20))
    }
    #expect(world.state(of: bob) == .online)
  }

  @Test func aCommandThatSetsAStatusAndLogsOutIsSeenForThirtySeconds() throws {
    var world = try World.annWatchesBob()
    try world.put(.busy, by: bob, on: "shell")
    world.record(world.rules.removeDevice(device("shell"), of: bob, now: world.now))
    world.wait(.milliseconds(29_999))
    #expect(world.state(of: bob) == .busy)
    world.wait(.milliseconds(1))
    #expect(world.state(of: bob) == .offline)
  }

  @Test func aDeviceThatSaysGoodByeAfterAStatusIsGoneAtOnce() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, by: bob)
    world.report(DeviceReport(closing: true), of: bob)
    #expect(world.state(of: bob) == .offline)
  }

  @Test(arguments: [PresenceState.offline, .hidden])
  func whoSetsThatTheyAreNotThereIsNotThere(choice: PresenceState) throws {
    var world = try World.annWatchesBob()
    try world.put(choice, by: bob, on: "bot")
    #expect(world.effects.contains(.presenceChanged(bob, toOthers: true)) == false)
    #expect(world.state(of: bob) == .offline)
  }

  @Test func settingAStatusIsNotLooking() throws {
    var world = try World.annWatchesBob()
    try world.put(.online, by: bob, on: "bot")
    #expect(!world.rules.isPolling(bob, now: world.now))
  }
}
