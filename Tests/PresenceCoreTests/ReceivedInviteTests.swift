import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// Invites of users of other servers. Their own servers may not keep to the limits, so this one does.
struct ReceivedInviteTests {
  private static func world() -> World {
    var world = World()
    world.rules.register(bob, now: world.now)
    return world
  }

  private static func invite(_ name: String = "fay", of server: ServerName = far, inviteID: Int64? = 1)
    -> ListEDU
  {
    ListEDU(.invite, observer: person(name, on: server), observed: bob, inviteID: inviteID)
  }

  private static let drop = ListEDU(.drop, observer: farFay, observed: bob)

  /// How often Bob is told of an invite.
  private func timesAsked(_ world: World) -> Int {
    world.effects.count { effect in
      guard case .inviteChanged(let event) = effect else { return false }
      return event.state == .pending
    }
  }

  @Test func aStormOfInvitesIsDeliveredOnceAMinute() {
    var world = Self.world()
    for number in 0..<200 {
      world.record(world.rules.receive(Self.invite(inviteID: Int64(number)), from: far, now: world.now))
      world.record(world.rules.receive(Self.drop, from: far, now: world.now))
      world.wait(.milliseconds(250))
    }
    #expect(timesAsked(world) == 1)
    #expect(world.rules.lists.invites(for: bob).isEmpty)
  }

  @Test func whatComesTooEarlyIsHeardAtTheEndOfTheMinute() {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    world.record(world.rules.receive(Self.drop, from: far, now: world.now))
    world.record(world.rules.receive(Self.invite(inviteID: 2), from: far, now: world.now))
    world.wait(.seconds(59))
    #expect(timesAsked(world) == 1)
    world.wait(.seconds(1))
    #expect(timesAsked(world) == 2)
    #expect(world.rules.lists.relationship(of: farFay, for: bob).inviteID == 2)
  }

  /// What is stored of it is; a start would forget what waits.
  @Test func anAllowedPersonsNewestInviteIsKnownAtOnce() throws {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    world.record(try world.rules.accept(farFay, by: bob, now: world.now))
    world.record(world.rules.receive(Self.invite(inviteID: 2), from: far, now: world.now))
    #expect(world.rules.lists.relationship(of: farFay, for: bob).inviteID == 2)
  }

  @Test func aDeniedPersonIsHeardAgainAfterAMinute() throws {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    world.record(try world.rules.deny(farFay, by: bob, now: world.now))
    world.record(world.rules.receive(Self.invite(inviteID: 2), from: far, now: world.now))
    #expect(timesAsked(world) == 1)
    world.wait(.seconds(60))
    #expect(timesAsked(world) == 2)
  }

  @Test func noServerTakesThePlacesOfAll() {
    var world = Self.world()
    for number in 0..<150 {
      world.record(world.rules.receive(Self.invite("p\(number)"), from: far, now: world.now))
    }
    #expect(world.rules.lists.invites(for: bob).count == 100)
    // Not in the next hour either, while they wait.
    world.wait(.seconds(3600))
    world.record(world.rules.receive(Self.invite("late"), from: far, now: world.now))
    #expect(world.rules.lists.invites(for: bob).count == 100)
    let near = server("near.example")
    world.record(world.rules.receive(Self.invite(of: near), from: near, now: world.now))
    #expect(world.rules.lists.invites(for: bob).count == 101)
  }

  @Test func noServerSendsMoreThanAHundredInvitesAnHour() {
    var world = Self.world()
    for number in 0..<150 {
      let observer = person("p\(number)", on: far)
      world.record(world.rules.receive(Self.invite("p\(number)"), from: far, now: world.now))
      world.record(
        world.rules.receive(ListEDU(.drop, observer: observer, observed: bob), from: far, now: world.now))
    }
    #expect(timesAsked(world) == 100)
    world.wait(.seconds(3600))
    world.record(world.rules.receive(Self.invite("late"), from: far, now: world.now))
    #expect(timesAsked(world) == 101)
  }

  @Test func anInviteNobodyAnswersLapsesHereToo() {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    world.wait(.seconds(30 * 86_400 - 1))
    #expect(world.rules.lists.invites(for: bob).keys.map(\.self) == [farFay])
    world.wait(.seconds(1))
    #expect(world.rules.lists.invites(for: bob).isEmpty)
    guard case .inviteChanged(let event) = world.effects.last else {
      Issue.record("nobody is told")
      return
    }
    #expect(event.state == .withdrawn)
  }

  @Test func whatIsRestoredLapsesAtItsTime() {
    var world = Self.world()
    let asked = WallTime(milliseconds: world.now.wall.milliseconds - 29 * 86_400_000)
    world.rules.restore(
      RelationshipRecord(owner: farFay, observed: bob, relationship: .init(askedAt: asked, isAllowed: false)),
      now: world.now)
    world.wait(.seconds(86_399))
    #expect(world.rules.lists.invites(for: bob).count == 1)
    world.wait(.seconds(1))
    #expect(world.rules.lists.invites(for: bob).isEmpty)
  }

  @Test func anAllowedPersonWhoAsksAgainIsAnsweredAndNobodyElseHears() throws {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    world.record(try world.rules.accept(farFay, by: bob, now: world.now))
    world.wait(.seconds(60))
    world.forget()
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    #expect(
      world.effects == [.sendToPeer(far, ListEDU(.accept, observer: farFay, observed: bob, inviteID: 1))])
    world.wait(.seconds(30 * 86_400))
    #expect(world.rules.lists.isAllowed(farFay, toSee: bob), "an answered invite does not lapse")
  }

  @Test func whatIsDecidedTogetherComesToTheSameAsOneByOne() {
    var world = Self.world()
    let messages = (0..<120).map { Self.invite("p\($0)", inviteID: Int64($0 % 3)) }
    var together = world.rules
    var decisions: [ListDecision] = []
    for message in messages {
      decisions.append(together.decide(message, from: far, after: decisions, now: world.now))
    }
    for (message, decision) in zip(messages, decisions) {
      #expect(together.isCurrent(decision))
      let done = world.rules.receive(message, from: far, now: world.now)
      #expect(together.apply(decision) == done)
      world.record(done)
    }
    #expect(together.lists == world.rules.lists)
  }

  @Test func aServerThatMeetsNoOthersKnowsNobodyElsewhere() throws {
    var world = World()
    world.rules.restore(
      RelationshipRecord(
        owner: ann, observed: farFay,
        relationship: .init(
          entry: .init(state: .accepted, order: 1, invitedAt: world.now.wall, acceptedAt: world.now.wall))),
      now: world.now)
    #expect(world.rules.unknownReason(of: farFay, for: ann) == .unanswered)
    world.rules.meetsOthers = false
    #expect(world.rules.unknownReason(of: farFay, for: ann) == .elsewhere)
    #expect(throws: MatrixError.self) {
      try world.rules.invite(person("eve", on: far), by: ann, now: world.now)
    }
  }

  @Test func whoMeetsWhomIsCounted() throws {
    var world = Self.world()
    #expect(world.rules.lists.serversMet.isEmpty)
    world.record(world.rules.receive(Self.invite(), from: far, now: world.now))
    #expect(world.rules.lists.serversMet.isEmpty)
    world.record(try world.rules.accept(farFay, by: bob, now: world.now))
    #expect(Array(world.rules.lists.serversMet) == [far])
    world.record(world.rules.revoke(farFay, by: bob, now: world.now))
    #expect(world.rules.lists.serversMet.isEmpty)
  }

  // MARK: Names nobody has

  private static let nobody = person("nobody")

  private static func invite(nobodyBy name: String) -> ListEDU {
    ListEDU(.invite, observer: person(name, on: far), observed: nobody, inviteID: 1)
  }

  @Test func anInviteToANameNobodyHasIsKeptAsOneToSomebody() {
    func relationship(of observed: UserID) -> [PresenceLists.Relationship] {
      var world = Self.world()
      var relationships: [PresenceLists.Relationship] = []
      for kind in [ListEDU.Kind.invite, .invite, .drop, .invite] {
        let message = ListEDU(kind, observer: farFay, observed: observed, inviteID: 1)
        world.record(world.rules.receive(message, from: far, now: world.now))
        relationships.append(world.rules.lists.relationship(of: farFay, for: observed))
        world.wait(.seconds(70))
      }
      return relationships
    }
    #expect(relationship(of: Self.nobody) == relationship(of: bob))
  }

  @Test func invitesToNamesNobodyHasAreBounded() throws {
    var limits = PresenceLimits()
    limits.unclaimedInvites = 16
    var world = World(limits: limits)
    var forgotten = 0
    for number in 0..<50 {
      for effect in world.rules.receive(Self.invite(nobodyBy: "p\(number)"), from: far, now: world.now) {
        if case .inviteChanged(let event) = effect { forgotten += world.rules.keepUnclaimed(event).count }
      }
    }
    #expect(world.rules.lists.invites(for: Self.nobody).count <= 16)
    #expect(world.rules.lists.invites(for: Self.nobody).count + forgotten == 50)
    #expect(world.rules.lists.invites(for: Self.nobody).keys.contains(person("p49", on: far)))
  }

  @Test func ofNamesThatWereAskedLongAgoTheStreamIsForgottenAndTheInviteOfThisServerIsKept() throws {
    var limits = PresenceLimits()
    limits.unclaimedInvites = 16
    var world = World(limits: limits)
    world.rules.register(bob, now: world.now)
    var forgotten: [(observer: UserID, observed: UserID)] = []
    for observed in [bob, Self.nobody] + (0..<16).map({ person("n\($0)") }) {
      for effect in try world.rules.invite(observed, by: ann, now: world.now) {
        if case .inviteChanged(let event) = effect { forgotten += world.rules.keepUnclaimed(event) }
      }
    }
    #expect(forgotten.map(\.observed) == [Self.nobody])
    #expect(forgotten.map(\.observer) == [ann])
    #expect(world.rules.lists.invites(for: Self.nobody).keys.map(\.self) == [ann])
    #expect(world.rules.lists.invites(for: bob).count == 1)
  }

  @Test func aNewcomerFindsWhatSomebodyElsewhereAsked() {
    var world = Self.world()
    world.record(world.rules.receive(Self.invite(nobodyBy: "fay"), from: far, now: world.now))
    world.rules.register(Self.nobody, now: world.now)
    world.forget()
    world.record(world.rules.askNewcomer(Self.nobody, now: world.now))
    #expect(timesAsked(world) == 1)
  }
}
