import MatrixWire
import PresenceCore
import TestNames
import Testing

/// The choice `hidden` (Protocol 5.4): offline to others, frozen at the instant of hiding.
struct HiddenTests {
  /// Bob, seen by Ann, was online with a text and has just hidden behind another.
  static func bobHides() throws -> World {
    var world = try World.annWatchesBobOnline()
    try world.put(.online, "in the open", by: bob)
    world.forget()
    try world.put(.hidden, "in the dark", by: bob)
    return world
  }

  @Test func othersSeeOfflineAndEverythingElseFrozen() throws {
    var world = try Self.bobHides()
    world.wait(.seconds(10))
    #expect(
      world.seen(bob, by: ann)
        == PresenceContent(state: .offline, lastActiveAgo: 130_000, statusMessage: "in the open"))
  }

  @Test func oneselfSeesHiddenAndTheNewText() throws {
    var world = try Self.bobHides()
    world.wait(.seconds(10))
    #expect(
      world.seen(bob, by: bob)
        == PresenceContent(
          state: .hidden, lastActiveAgo: 130_000, statusMessage: "in the dark", choice: .hidden))
  }

  @Test func aTextChangedInHidingIsNoNewsToOthers() throws {
    var world = try Self.bobHides()
    world.forget()
    try world.put(.hidden, "still in the dark", by: bob)
    #expect(world.effects == [.presenceChanged(bob, toOthers: false)])
  }

  @Test func aTextChangedInHidingStaysHidden() throws {
    var world = try Self.bobHides()
    try world.put(.hidden, "still in the dark", by: bob)
    #expect(world.seen(bob, by: ann)?.statusMessage == "in the open")
    #expect(world.seen(bob, by: bob)?.statusMessage == "still in the dark")
  }

  @Test func comingAndGoingInHidingIsNoNewsToOthers() throws {
    var world = try Self.bobHides()
    world.wait(.seconds(120))
    world.forget()
    world.report(DeviceReport(closing: true), of: bob)
    world.wait(.seconds(120))
    world.open(bob)
    world.idle(bob, for: .seconds(60))
    world.active(bob)
    #expect(!world.effects.contains(.presenceChanged(bob, toOthers: true)))
  }

  @Test func hidingBehindNoDeviceFreezesTheTextToo() throws {
    var world = try World.annWatchesBob()
    try world.put(.hidden, "in the dark", by: bob)
    #expect(world.seen(bob, by: ann)?.statusMessage == nil)
  }

  @Test(arguments: [PresenceState.unavailable, .online, .busy, .freeForChat])
  func leavingUpwardIsAPromotion(to choice: PresenceState) throws {
    var world = try Self.bobHides()
    world.wait(.seconds(600))
    try world.put(choice, "here again", by: bob)
    #expect(world.lastActive(bob) == .zero)
    #expect(world.seen(bob, by: ann)?.state == choice)
    #expect(world.seen(bob, by: ann)?.statusMessage == "here again")
  }

  /// The effective level does not rise then: the choice's does.
  @Test func leavingUpwardIsAPromotionWithoutADeviceToo() throws {
    var world = try World.annWatchesBob()
    try world.put(.hidden, by: bob, on: nil)
    try world.put(.online, by: bob, on: nil)
    #expect(world.lastActive(bob) == .zero)
  }

  @Test func leavingDownwardIsNone() throws {
    var world = try Self.bobHides()
    world.wait(.seconds(600))
    try world.put(.offline, by: bob)
    #expect(world.lastActive(bob) == .seconds(720))
  }

  @Test func appearingOfflineIsLikeHidingWithoutTheOwnView() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.offline, by: bob)
    #expect(world.seen(bob, by: bob)?.state == .offline)
  }

  @Test func whoHidesStillSeesOthers() throws {
    var world = try World.annWatchesBobOnline()
    world.open(ann)
    try world.put(.hidden, by: ann)
    #expect(world.seen(bob, by: ann)?.state == .online)
  }
}
