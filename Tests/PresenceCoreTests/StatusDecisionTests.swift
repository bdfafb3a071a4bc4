import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// A status that is decided, stored and applied, and what happens in between.
struct StatusDecisionTests {
  private static func update(_ presence: PresenceState, _ text: String? = nil) -> StatusUpdate {
    StatusUpdate(presence: presence, statusMessage: text)
  }

  @Test func nothingHappensBeforeItIsApplied() throws {
    var world = try World.annWatchesBobOnline()
    let decision = try world.rules.decide(
      Self.update(.busy, "here"), of: bob, on: device("tty"), now: world.now)
    #expect(decision.record.choice == .busy)
    #expect(decision.record.statusMessage == "here")
    #expect(world.seen(bob, by: ann)?.state == .online)
    #expect(world.rules.apply(decision) == [.presenceChanged(bob, toOthers: true)])
    #expect(world.rules.record(of: bob, now: world.now) == decision.record)
  }

  @Test func devicesThatComeInBetweenStay() throws {
    var world = try World.annWatchesBob()
    let decision = try world.rules.decide(Self.update(.busy), of: bob, on: nil, now: world.now)
    world.wait(.seconds(1))
    world.open(bob)
    world.record(world.rules.apply(decision))
    #expect(world.state(of: bob) == .busy)
    #expect(world.lastActive(bob) == .zero, "coming was later than choosing")
  }

  @Test func whoWasActiveInBetweenHidesWithWhatOthersSawLast() throws {
    var world = try World.annWatchesBob()
    let decision = try world.rules.decide(Self.update(.hidden), of: bob, on: nil, now: world.now)
    world.wait(.seconds(1))
    world.open(bob)
    world.record(world.rules.apply(decision))
    #expect(world.seen(bob, by: ann)?.lastActiveAgo == 0)
    #expect(world.rules.record(of: bob, now: world.now)?.frozen != decision.record.frozen)
  }

  @Test func whatIsRefusedDecidesNothing() {
    let world = World()
    #expect(throws: MatrixError.self) {
      try world.rules.decide(Self.update(.unknown), of: bob, on: nil, now: world.now)
    }
    #expect(throws: MatrixError.self) {
      try world.rules.decide(Self.update(.online), of: farFay, on: nil, now: world.now)
    }
  }
}
