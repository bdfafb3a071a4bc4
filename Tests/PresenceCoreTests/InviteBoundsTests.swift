import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// How many may ask at once: people of one server, one person, and servers that flood.
struct InviteBoundsTests {
  /// Bob, and as many people who ask to see him.
  private func crowd(_ count: Int) throws -> (World, [UserID]) {
    var world = World()
    let people = (0..<count).map { person("p\($0)") }
    for user in people {
      world.rules.register(user, now: world.now)
      world.record(try world.rules.invite(bob, by: user, now: world.now))
    }
    return (world, people)
  }

  private func timesAsked(_ world: World) -> Int {
    world.effects.count { effect in
      guard case .inviteChanged(let event) = effect else { return false }
      return event.state == .pending
    }
  }

  /// 1,500 were a list of 505 kB.
  @Test func fifteenHundredLocalInvitesAreTwoHundredThatWait() throws {
    let (world, people) = try crowd(1_500)
    #expect(world.rules.lists.invites(for: bob).count == 200)
    #expect(timesAsked(world) == 200)
    // A user who found no room sees what others see.
    let states = people.map { world.rules.listedPresence(of: bob, for: $0, now: world.now) }
    #expect(Set(states).count == 1)
    #expect(people.allSatisfy { world.rules.lists.entry(of: $0, for: bob)?.state == .pending })
  }

  @Test func whoeverFoundNoRoomIsPutWhereOneIsAnswered() throws {
    var (world, people) = try crowd(203)
    world.forget()
    world.record(try world.rules.deny(people[0], by: bob, now: world.now))
    world.record(try world.rules.accept(people[1], by: bob, now: world.now))
    world.record(world.rules.drop(bob, by: people[2], now: world.now))
    world.wait(.zero)
    #expect(timesAsked(world) == 3)
    #expect(world.rules.lists.invites(for: bob).count == 200)
    #expect(people[200...].allSatisfy { world.rules.lists.invites(for: bob)[$0] != nil })
    // Nobody is left to be put.
    world.forget()
    world.record(try world.rules.deny(people[3], by: bob, now: world.now))
    world.wait(.seconds(60))
    #expect(timesAsked(world) == 0)
  }

  @Test func whoeverAskedFirstIsPutFirst() throws {
    var (world, people) = try crowd(210)
    world.record(world.rules.drop(bob, by: people[205], now: world.now))
    #expect(world.rules.lists.invites(for: bob).count == 200, "what never was put frees no place")
    world.record(try world.rules.deny(people[7], by: bob, now: world.now))
    world.wait(.zero)
    #expect(world.rules.lists.invites(for: bob)[people[200]] != nil)
  }

  @Test func whoeverFoundNoRoomLapsesLikeOthers() throws {
    var (world, people) = try crowd(201)
    world.wait(.seconds(30 * 86_400))
    #expect(people.allSatisfy { world.rules.lists.entry(of: $0, for: bob) == nil })
    #expect(world.rules.lists.invites(for: bob).isEmpty)
  }

  @Test func localInvitesTakeNoPlacesOfOthersNorTheOtherWayRound() throws {
    var (world, _) = try crowd(300)
    for number in 0..<12 {
      let peer = server("s\(number).example")
      for place in 0..<100 {
        let asker = person("p\(place)", on: peer)
        world.record(
          world.rules.receive(
            ListEDU(.invite, observer: asker, observed: bob, inviteID: 1), from: peer, now: world.now))
      }
    }
    #expect(world.rules.lists.invites(for: bob).count == 1_000)
    #expect(world.rules.lists.inviteCount(for: bob, from: here) == 200)
  }

  @Test func aDecisionKnowsHowManyWait() throws {
    let (world, _) = try crowd(200)
    let waiting = world.rules.decide(.invite(bob), by: cem, now: world.now)
    #expect(waiting.after.askedAt == nil)
    #expect(waiting.after.entry?.state == .pending)
    let (roomy, _) = try crowd(199)
    #expect(roomy.rules.decide(.invite(bob), by: cem, now: world.now).after.askedAt != nil)
  }

  @Test func onePersonWaitsForAThousandAnswersAtMost() throws {
    var world = World()
    for number in 0..<1_000 {
      world.record(try world.rules.invite(person("nobody\(number)"), by: ann, now: world.now))
    }
    func refusal(_ observed: UserID) -> ErrorCode? {
      var rules = world.rules
      do {
        _ = try rules.invite(observed, by: ann, now: world.now)
        return nil
      } catch {
        return error.code
      }
    }
    // Whether they exist makes no difference.
    #expect(refusal(bob) == .tooLarge)
    #expect(refusal(person("another")) == .tooLarge)
    #expect(refusal(person("nobody7")) == nil, "whoever is on the list already")
    world.record(world.rules.drop(person("nobody3"), by: ann, now: world.now))
    #expect(refusal(bob) == nil)
  }

  // MARK: Other servers

  /// `count` invites within the minute, to as many people as it takes.
  private func flood(_ world: inout World, from peer: ServerName, _ count: Int) {
    for number in 0..<count {
      let target = person("t\(number / 100)")
      world.rules.register(target, now: world.now)
      let asker = person("p\(number)", on: peer)
      world.record(
        world.rules.receive(
          ListEDU(.invite, observer: asker, observed: target, inviteID: 1), from: peer, now: world.now))
    }
  }

  private func isHeard(_ world: World, from peer: ServerName) -> Bool {
    var rules = world.rules
    let asker = person("fay", on: peer)
    let message = ListEDU(.invite, observer: asker, observed: bob, inviteID: 1)
    let decision = rules.decide(message, from: peer, now: world.now)
    _ = rules.receive(message, from: peer, now: world.now)
    #expect(rules.lists.invites(for: bob)[asker] == decision.after.askedAt)
    return rules.lists.invites(for: bob)[asker] != nil
  }

  @Test func tenThousandInvitesOfOneServerSilenceNoOther() {
    var world = World()
    flood(&world, from: far, 10_000)
    #expect(timesAsked(world) == 1_000)
    #expect(!isHeard(world, from: far))
    #expect(isHeard(world, from: server("near.example")))
    world.wait(.seconds(60))
    #expect(isHeard(world, from: far))
  }

  @Test func howeverManyStrangersFloodWhoeverIsMetIsHeard() throws {
    var world = World()
    let near = server("near.example")
    world.record(
      world.rules.receive(
        ListEDU(.invite, observer: person("may", on: near), observed: bob, inviteID: 1), from: near,
        now: world.now))
    world.record(try world.rules.accept(person("may", on: near), by: bob, now: world.now))
    for number in 0..<8 { flood(&world, from: server("s\(number).example"), 1_000) }
    #expect(!isHeard(world, from: server("stranger.example")))
    #expect(isHeard(world, from: near))
  }
}
