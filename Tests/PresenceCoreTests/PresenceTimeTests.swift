import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// What holds for any interleaving of inputs, and for time passing between them.
struct PresenceTimeTests {
  /// One random input of Bob's, on one of three devices.
  static func step(
    _ world: inout World, _ open: inout [(StreamID, String)], using random: inout Seeded
  ) throws {
    let name = ["tty", "phone", "web"].randomElement(using: &random) ?? "tty"
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<3:
      let says = [PresenceState.online, .unavailable, .offline, nil].randomElement(using: &random) ?? nil
      open.append((world.open(bob, name, says, looks: Bool.random(using: &random)), name))
    case 3..<6:
      guard let chosen = open.indices.randomElement(using: &random) else { return }
      let (stream, name) = open.remove(at: chosen)
      world.close(stream, of: bob, name)
    case 6: world.idle(bob, for: .seconds(Int.random(in: 1..<400, using: &random)), name)
    case 7: world.active(bob, name)
    case 8:
      let choices = PersonPresence.choices.sorted { $0.wire < $1.wire }
      let text = Bool.random(using: &random) ? "\(Int.random(in: 0..<9, using: &random))" : nil
      try world.put(choices.randomElement(using: &random) ?? .online, text, by: bob, on: name)
    case 9: world.report(DeviceReport(closing: true), of: bob, name)
    case 10:
      let polling = Bool.random(using: &random)
      world.record(world.rules.setPolling(polling, of: bob, on: device(name), now: world.now))
    default: world.record(world.rules.listWasRead(by: bob, on: device(name), now: world.now))
    }
  }

  /// Everything that can be seen of Bob, with instants in place of ages.
  struct Seen: Hashable {
    var views: [PresenceContent?]
    var polling: Bool

    init(_ world: World, at later: Duration = .zero) {
      let now = Moment(instant: world.now.instant + later, wall: world.now.wall)
      views = [ann, bob].map { viewer in
        var content = world.rules.presence(of: bob, for: viewer, now: now)
        content?.lastActiveAgo? -= later.wholeMilliseconds
        content?.idleAgo? -= later.wholeMilliseconds
        return content
      }
      polling = world.rules.isPolling(bob, now: now)
    }
  }

  /// So no change of state can be missed by a caller who wakes at the deadline only.
  @Test(arguments: UInt64(1)...40)
  func nothingChangesByItselfBeforeTheDeadline(seed: UInt64) throws {
    var random = Seeded(state: seed)
    var world = try World.annWatchesBob()
    var open: [(StreamID, String)] = []
    for _ in 0..<200 {
      try Self.step(&world, &open, using: &random)
      let deadline = world.rules.nextDeadline
      if let deadline { #expect(deadline > world.now.instant) }
      let quiet = deadline.map { $0 - world.now.instant - .milliseconds(1) } ?? .seconds(86_400)
      #expect(Seen(world, at: max(.zero, quiet)) == Seen(world))
      world.wait(.milliseconds(Int.random(in: 0..<90_000, using: &random)))
    }
  }

  /// So a client that only listens knows as much as one that asks.
  @Test(arguments: UInt64(1)...40)
  func everyChangeIsAnnounced(seed: UInt64) throws {
    var random = Seeded(state: seed)
    var world = try World.annWatchesBob()
    var open: [(StreamID, String)] = []
    for _ in 0..<200 {
      let before = Seen(world)
      world.forget()
      try Self.step(&world, &open, using: &random)
      let after = Seen(world)
      var others = after.views[0]
      if before.views[0]?.currentlyActive == true, others?.currentlyActive == true {
        others?.lastActiveAgo = before.views[0]?.lastActiveAgo
      }
      #expect(world.effects.contains(.presenceChanged(bob, toOthers: true)) == (others != before.views[0]))
      #expect(
        world.effects.contains(.pollingChanged(bob, after.polling)) == (after.polling != before.polling))
      world.wait(.milliseconds(Int.random(in: 0..<90_000, using: &random)))
    }
  }

  @Test(arguments: UInt64(1)...20)
  func anybodyLeftAloneEndsUpOfflineWithNothingPlanned(seed: UInt64) throws {
    var random = Seeded(state: seed)
    var world = try World.annWatchesBob()
    var open: [(StreamID, String)] = []
    for _ in 0..<100 { try Self.step(&world, &open, using: &random) }
    for name in ["tty", "phone", "web"] {
      world.record(world.rules.setPolling(false, of: bob, on: device(name), now: world.now))
    }
    for (stream, name) in open { world.close(stream, of: bob, name) }
    world.wait(.seconds(300))
    let deadline = world.rules.nextDeadline
    #expect(world.state(of: bob) == .offline)
    #expect(!world.rules.isPolling(bob, now: world.now))
    #expect(deadline == nil)
  }

  @Test(arguments: UInt64(1)...40)
  func theOrderInWhichDevicesSpeakDoesNotMatter(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let names = ["a", "b", "c", "d"]
    let idle = names.map { _ in Int.random(in: 0..<500, using: &random) }
    let types = names.map { _ in DeviceType.known.sorted().randomElement(using: &random) }
    let says = names.map { _ in [PresenceState.online, .unavailable, .offline].randomElement(using: &random) }

    func merged(_ order: [Int]) throws -> PresenceContent? {
      var world = try World.annWatchesBob()
      for index in order {
        let report = DeviceReport(
          idleness: idle[index] < 100 ? .active : .since(milliseconds: idle[index] * 1000),
          deviceType: types[index])
        world.report(report, of: bob, names[index])
        world.open(bob, names[index], says[index])
      }
      return world.seen(bob, by: bob)
    }

    let expected = try merged([0, 1, 2, 3])
    for _ in 0..<10 { #expect(try merged([0, 1, 2, 3].shuffled(using: &random)) == expected) }
  }

  @Test func waitingInManyStepsIsWaitingInOne() throws {
    var one = try World.annWatchesBob()
    one.poll(bob)
    var many = one
    one.wait(.seconds(600))
    for _ in 0..<600 { many.wait(.seconds(1)) }
    #expect(many.told == one.told)
  }

  /// Ten hours in long polls, lunch, a meeting, home.
  @Test func aWholeDayPassesInMilliseconds() throws {
    var world = try World.annWatchesBob()
    var states: [PresenceState] = []
    func note() {
      let state = world.state(of: bob) ?? .unknown
      if states.last != state { states.append(state) }
    }
    func sit(_ span: Duration) {
      let end = world.elapsed + span
      while world.elapsed < end {
        let stream = world.open(bob)
        world.wait(.seconds(30))
        world.close(stream, of: bob)
        note()
      }
    }
    let morning = world.elapsed
    world.forget()
    let spent = try ContinuousClock().measure {
      note()
      world.active(bob)
      sit(.seconds(4 * 3600))
      world.idle(bob, for: .seconds(300))
      sit(.seconds(3600))
      world.active(bob)
      sit(.seconds(3600))
      try world.put(.busy, "in a meeting", by: bob)
      sit(.seconds(3600))
      try world.put(.online, by: bob)
      sit(.seconds(3 * 3600))
      world.report(DeviceReport(closing: true), of: bob)
      note()
      world.wait(morning + .seconds(86_400) - world.elapsed)
      note()
    }
    #expect(states == [.offline, .online, .unavailable, .online, .busy, .online, .offline])
    let announced = world.effects.filter { $0 == .presenceChanged(bob, toOthers: true) }
    // Came, quiet, idle, back, quiet, busy, free, left: eight messages for a day of 1,200 polls.
    #expect(announced.count == 8)
    // Milliseconds alone; the rest is room for a loaded machine.
    #expect(spent < .seconds(20))
  }
}
