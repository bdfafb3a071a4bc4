import MatrixWire
import PresenceCore
import TestNames
import Testing

/// "effective(user), first match" of Protocol 5.4.
struct EffectiveStateTests {
  @Test(arguments: [
    (PresenceState.online, PresenceState.online), (.freeForChat, .freeForChat), (.busy, .busy),
    (.unavailable, .unavailable), (.hidden, .offline), (.offline, .offline),
  ])
  func aConnectedPersonAppearsAsTheyChose(choice: PresenceState, seen: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(choice, by: bob)
    #expect(world.state(of: bob) == seen)
  }

  @Test(arguments: PersonPresence.choices)
  func whoHasNoDeviceIsOffline(choice: PresenceState) throws {
    var world = World()
    try world.put(choice, by: bob, on: nil)
    #expect(world.state(of: bob) == .offline)
  }

  @Test(arguments: [
    (PresenceState.online, PresenceState.unavailable), (.freeForChat, .unavailable), (.busy, .busy),
    (.unavailable, .unavailable), (.hidden, .offline), (.offline, .offline),
  ])
  func idlenessLowersOnlyOnlineAndFreeForChat(choice: PresenceState, seen: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(choice, by: bob)
    world.idle(bob, for: .seconds(300))
    #expect(world.state(of: bob) == seen)
  }

  @Test(arguments: PersonPresence.choices)
  func theEndOfIdlenessRestoresChoiceAndText(choice: PresenceState) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(choice, "knitting", by: bob)
    let before = world.state(of: bob)
    world.idle(bob, for: .seconds(300))
    world.active(bob)
    #expect(world.state(of: bob) == before)
    #expect(world.seen(bob, by: bob)?.statusMessage == "knitting")
  }

  @Test func theChoiceDefaultsToOnline() {
    #expect(World().rules.person(bob)?.choice == .online)
  }

  @Test(arguments: [PresenceState.online, .unavailable, .offline, nil])
  func aPollNeverOverwritesTheChoice(setPresence: PresenceState?) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, by: bob)
    world.poll(bob, "phone", setPresence)
    #expect(world.rules.person(bob)?.choice == .busy)
  }

  @Test func goingOfflineKeepsTheText() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.online, "back at five", by: bob)
    world.report(DeviceReport(closing: true), of: bob)
    #expect(world.seen(bob, by: ann)?.state == .offline)
    #expect(world.seen(bob, by: ann)?.statusMessage == "back at five")
  }

  @Test func theChoiceOutlivesAllDevices() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, by: bob)
    world.report(DeviceReport(closing: true), of: bob)
    world.wait(.seconds(3600))
    world.open(bob)
    #expect(world.state(of: bob) == .busy)
  }
}
