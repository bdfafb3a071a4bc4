import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// Decide, persist, apply: what is decided about lists, and when it has to be decided again.
struct ListDecisionTests {
  private static func world(_ set: (inout PresenceLimits) -> Void) -> World {
    var limits = PresenceLimits()
    set(&limits)
    return World(limits: limits)
  }

  @Test func nothingHappensBeforeItIsApplied() {
    var world = World()
    let decision = world.rules.decide(.invite(bob), by: ann, now: world.now)
    #expect(decision.record?.relationship.entry?.state == .pending)
    #expect(world.rules.lists.entry(of: ann, for: bob) == nil)
    let effects = world.rules.apply(decision)
    #expect(effects == decision.effects)
    #expect(world.rules.lists.relationship(of: ann, for: bob) == decision.after)
  }

  @Test func whatChangesNothingHasNothingToStore() throws {
    var world = World()
    #expect(world.rules.decide(.drop(bob), by: ann, now: world.now).record == nil)
    try world.befriend(ann, bob)
    #expect(world.rules.decide(.invite(bob), by: ann, now: world.now).record == nil)
    let refused = world.rules.decide(.accept(cem), by: bob, now: world.now)
    #expect(refused.refusal?.code == .notInvited)
    #expect(refused.record == nil && refused.effects.isEmpty)
  }

  @Test func laterDecisionsCountThoseBeforeThem() {
    let world = Self.world { $0.listEntries = 2 }
    var decisions: [ListDecision] = []
    for command in [ListCommand.invite(bob), .invite(cem), .invite(farFay), .drop(bob), .invite(farFay)] {
      decisions.append(world.rules.decide(command, by: ann, after: decisions, now: world.now))
    }
    #expect(decisions.map(\.refusal?.code) == [nil, nil, .tooLarge, nil, nil])
    #expect(decisions[3].before == decisions[0].after)
    let orders = [0, 1, 4].compactMap { decisions[$0].after.entry?.order }
    #expect(orders == orders.sorted() && Set(orders).count == 3)
  }

  @Test func aMutualInviteIsAdmittedByTheDecisionBeforeIt() throws {
    var world = World(autoAccept: .reverse)
    world.rules.setAutoAccept(.never, of: bob)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    let accept = world.rules.decide(.accept(ann), by: bob, now: world.now)
    let invite = world.rules.decide(.invite(ann), by: bob, after: [accept], now: world.now)
    #expect(invite.after.entry?.state == .accepted)
    #expect(!world.rules.isCurrent(invite), "before the other is applied")
    world.record(world.rules.apply(accept))
    #expect(world.rules.isCurrent(invite))
  }

  @Test func aLapseInBetweenMakesItOld() throws {
    var world = World()
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    let decision = world.rules.decide(.accept(ann), by: bob, now: world.now)
    #expect(world.rules.isCurrent(decision))
    world.wait(.seconds(30 * 86_400))
    #expect(!world.rules.isCurrent(decision))
    #expect(world.rules.decide(.accept(ann), by: bob, now: world.now).refusal?.code == .notInvited)
  }

  @Test func theLastPlaceTakenInBetweenMakesItOld() throws {
    var world = Self.world { $0.waitingLocalInvites = 1 }
    let decision = world.rules.decide(.invite(bob), by: ann, now: world.now)
    #expect(decision.after.askedAt != nil)
    world.record(try world.rules.invite(bob, by: cem, now: world.now))
    #expect(!world.rules.isCurrent(decision))
    let later = world.rules.decide(.invite(bob), by: ann, now: world.now)
    #expect(later.after.askedAt == nil)
    world.record(try world.rules.deny(cem, by: bob, now: world.now))
    #expect(!world.rules.isCurrent(later), "now there is room")
  }

  @Test func whatOthersDoInBetweenMakesNothingOld() throws {
    var world = World()
    let decision = world.rules.decide(.invite(bob), by: ann, now: world.now)
    try world.befriend(cem, ann)
    world.record(try world.rules.invite(bob, by: cem, now: world.now))
    try world.put(.busy, by: ann)
    #expect(world.rules.isCurrent(decision))
  }

  @Test func anEntryDecidedEarlierAndAppliedLaterKeepsItsPlace() throws {
    var world = World()
    let decision = world.rules.decide(.invite(bob), by: ann, now: world.now)
    world.record(try world.rules.invite(bob, by: cem, now: world.now))
    world.record(world.rules.apply(decision))
    world.record(try world.rules.invite(cem, by: ann, now: world.now))
    let orders = [bob, cem].compactMap { world.rules.lists.entry(of: ann, for: $0)?.order }
    #expect(orders.count == 2 && orders[0] < orders[1])
  }
}
