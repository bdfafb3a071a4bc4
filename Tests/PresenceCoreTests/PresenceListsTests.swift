import MatrixWire
import Ports
import PresenceCore
import TestNames
import Testing

/// Invite, accept, deny, revoke, drop and lapse between people of one server (Protocol 3.6, E3, 6.5).
struct PresenceListsTests {
  static let startTime = World.start.wall.milliseconds

  static func annAsksBob() throws -> World {
    var world = World()
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    return world
  }

  static func told(_ state: InviteState, at time: Int64 = startTime) -> PresenceEffect {
    .inviteChanged(InviteEvent(observer: ann, observed: bob, receivedAt: time, state: state))
  }

  static func listed(_ state: ListState, _ user: UserID = bob, by sender: UserID) -> PresenceEffect {
    .listChanged(owner: ann, ListEvent(userID: user, state: state, sender: sender))
  }

  // MARK: Invite

  @Test func anInviteIsEchoedAndDelivered() throws {
    let world = try Self.annAsksBob()
    #expect(world.effects == [Self.listed(.pending, by: ann), Self.told(.pending)])
  }

  @Test func anInviteWaitsOnBothSides() throws {
    let world = try Self.annAsksBob()
    #expect(world.rules.lists.entry(of: ann, for: bob)?.state == .pending)
    #expect(world.rules.lists.invites(for: bob) == [ann: World.start.wall])
    #expect(world.rules.lists.observers(of: bob) == [])
  }

  @Test func invitingOneselfIsRefused() {
    var world = World()
    let error = #expect(throws: MatrixError.self) { try world.rules.invite(ann, by: ann, now: world.now) }
    #expect(error?.code == .invalidParameter)
  }

  @Test func aFullListTakesNobody() throws {
    var limits = PresenceLimits()
    limits.listEntries = 1
    var world = World(limits: limits)
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    let error = #expect(throws: MatrixError.self) { try world.rules.invite(cem, by: ann, now: world.now) }
    #expect(error?.code == .tooLarge)
  }

  @Test(arguments: [Duration.zero, .seconds(59), .seconds(61)])
  func invitingAgainIsNoNewsToAnybodyHere(after span: Duration) throws {
    var world = try Self.annAsksBob()
    world.wait(span)
    #expect(try world.rules.invite(bob, by: ann, now: world.now) == [])
  }

  @Test func invitingSomebodyWhoAcceptedIsNoNews() throws {
    var world = try World.annWatchesBob()
    #expect(try world.rules.invite(bob, by: ann, now: world.now) == [])
  }

  @Test func somebodyWhoIsDeniedMayAskAgain() throws {
    var world = try Self.annAsksBob()
    world.record(try world.rules.deny(ann, by: bob, now: world.now))
    world.wait(.seconds(60))
    #expect(
      try world.rules.invite(bob, by: ann, now: world.now)
        == [Self.listed(.pending, by: ann), Self.told(.pending, at: Self.startTime + 60_000)])
  }

  @Test func somebodyWhoDroppedHasToAskAgain() throws {
    var world = try World.annWatchesBob()
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    #expect(!world.rules.isVisible(bob, to: ann))
  }

  @Test func crossedInvitesWaitForTheirOwnAnswers() throws {
    var world = try Self.annAsksBob()
    world.record(try world.rules.invite(ann, by: bob, now: world.now))
    world.record(try world.rules.accept(ann, by: bob, now: world.now))
    #expect(world.rules.isVisible(bob, to: ann))
    #expect(!world.rules.isVisible(ann, to: bob))
    #expect(world.rules.lists.entry(of: bob, for: ann)?.state == .pending)
  }

  // MARK: Answers

  @Test func acceptingTellsBothSides() throws {
    var world = try Self.annAsksBob()
    #expect(
      try world.rules.accept(ann, by: bob, now: world.now)
        == [Self.told(.accepted), Self.listed(.accepted, by: bob)])
  }

  @Test func acceptingMakesTheAskerAnObserver() throws {
    var world = try Self.annAsksBob()
    world.record(try world.rules.accept(ann, by: bob, now: world.now))
    #expect(world.rules.lists.observers(of: bob) == [ann])
    #expect(world.rules.lists.audience(of: bob) == [ann])
    #expect(world.rules.lists.invites(for: bob) == [:])
    #expect(world.rules.lists.entry(of: ann, for: bob)?.acceptedAt == world.now.wall)
  }

  @Test func acceptingTwiceIsRefused() throws {
    var world = try World.annWatchesBob()
    let error = #expect(throws: MatrixError.self) { try world.rules.accept(ann, by: bob, now: world.now) }
    #expect(error?.code == .notInvited)
  }

  @Test func acceptingSomebodyWhoDidNotAskIsRefused() {
    var world = World()
    let error = #expect(throws: MatrixError.self) { try world.rules.accept(ann, by: bob, now: world.now) }
    #expect(error?.code == .notInvited)
  }

  @Test func denyingSomebodyWhoDidNotAskIsRefused() {
    var world = World()
    let error = #expect(throws: MatrixError.self) { try world.rules.deny(ann, by: bob, now: world.now) }
    #expect(error?.code == .notInvited)
  }

  @Test func denyingTellsBothSides() throws {
    var world = try Self.annAsksBob()
    #expect(
      try world.rules.deny(ann, by: bob, now: world.now)
        == [Self.told(.denied), Self.listed(.denied, by: bob)])
  }

  @Test func aDeniedPersonIsNeverDelivered() throws {
    var world = try Self.annAsksBob()
    world.record(try world.rules.deny(ann, by: bob, now: world.now))
    #expect(world.rules.lists == PresenceLists())
    #expect(world.seen(bob, by: ann) == nil)
  }

  @Test func revokingTellsBothSides() throws {
    var world = try World.annWatchesBob()
    let time = world.now.wall.milliseconds
    #expect(
      world.rules.revoke(ann, by: bob, now: world.now)
        == [Self.told(.revoked, at: time), Self.listed(.revoked, by: bob)])
  }

  @Test func aRevokedPersonIsNeverDelivered() throws {
    var world = try World.annWatchesBob()
    world.record(world.rules.revoke(ann, by: bob, now: world.now))
    #expect(world.rules.lists.audience(of: bob) == [])
    #expect(world.rules.lists == PresenceLists())
    #expect(world.seen(bob, by: ann) == nil)
  }

  @Test func revokingWhatWasNotGivenIsNothing() throws {
    var world = try Self.annAsksBob()
    #expect(world.rules.revoke(ann, by: bob, now: world.now) == [])
    #expect(world.rules.lists.invites(for: bob) == [ann: World.start.wall])
  }

  // MARK: Drop

  @Test func droppingTakesAPendingInviteBack() throws {
    var world = try Self.annAsksBob()
    #expect(
      world.rules.drop(bob, by: ann, now: world.now)
        == [Self.listed(.dropped, by: ann), Self.told(.withdrawn)])
    #expect(world.rules.lists == PresenceLists())
  }

  @Test func droppingEndsASubscriptionOnBothSides() throws {
    var world = try World.annWatchesBob()
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    #expect(world.rules.lists == PresenceLists())
  }

  @Test func droppingSomebodyNotListedIsNothing() {
    var world = World()
    #expect(world.rules.drop(bob, by: ann, now: world.now) == [])
  }

  @Test func droppingOneLeavesTheOthers() throws {
    var world = try World.annWatchesBob()
    try world.befriend(ann, cem)
    try world.befriend(cem, bob)
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    #expect(world.rules.isVisible(cem, to: ann))
    #expect(world.rules.lists.audience(of: bob) == [cem])
  }

  // MARK: Lapse

  @Test func anUnansweredInviteLapsesAfterThirtyDaysOnBothSides() throws {
    var world = try Self.annAsksBob()
    world.forget()
    world.wait(.seconds(30 * 86_400 - 1))
    #expect(world.effects == [])
    world.wait(.seconds(1))
    #expect(world.effects == [Self.listed(.dropped, by: ann), Self.told(.withdrawn)])
    #expect(world.rules.lists == PresenceLists())
  }

  @Test func invitingAgainDoesNotProlongTheInvite() throws {
    var world = try Self.annAsksBob()
    world.wait(.seconds(29 * 86_400))
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    world.wait(.seconds(86_400))
    #expect(world.rules.lists == PresenceLists())
  }

  @Test func anAcceptedInviteNeverLapses() throws {
    var world = try World.annWatchesBob()
    world.wait(.seconds(60 * 86_400))
    #expect(world.rules.isVisible(bob, to: ann))
  }

  @Test func anInviteAfterADropLastsThirtyDaysOfItsOwn() throws {
    var world = try Self.annAsksBob()
    world.wait(.seconds(29 * 86_400))
    world.record(world.rules.drop(bob, by: ann, now: world.now))
    world.record(try world.rules.invite(bob, by: ann, now: world.now))
    world.wait(.seconds(29 * 86_400))
    #expect(world.rules.lists.entry(of: ann, for: bob)?.state == .pending)
  }

  // MARK: Nobody

  @Test func somebodyWhoDoesNotExistLooksLikeSomebodyWhoIsSilent() throws {
    /// Everything Ann can learn of a person she asks, over 31 days.
    func learned(of user: UserID) throws -> [[String]] {
      var world = World()
      var seen: [[String]] = []
      func look(_ effects: [PresenceEffect]) {
        let hers = effects.filter { if case .listChanged = $0 { true } else { false } }
        let views: [Any] = [
          hers, world.rules.lists.entry(of: ann, for: user) as Any,
          world.rules.listedPresence(of: user, for: ann, now: world.now), world.seen(user, by: ann) as Any,
        ]
        seen.append(views.map { "\($0)" })
      }
      look(try world.rules.invite(user, by: ann, now: world.now))
      world.wait(.seconds(120))
      look(try world.rules.invite(user, by: ann, now: world.now))
      look(try world.rules.setGroups(["work"], of: user, by: ann, now: world.now))
      look(world.rules.drop(user, by: ann, now: world.now))
      look(try world.rules.invite(user, by: ann, now: world.now))
      world.forget()
      world.wait(.seconds(31 * 86_400))
      look(world.effects)
      return seen.map { $0.map { $0.replacing(user.rawValue, with: "@whoever") } }
    }
    #expect(try learned(of: person("nobody")) == learned(of: bob))
  }

  // MARK: Groups

  @Test func groupsBelongToTheOwnersEntry() throws {
    var world = try World.annWatchesBob()
    #expect(
      try world.rules.setGroups(["work"], of: bob, by: ann, now: world.now) == [
        Self.listed(.accepted, by: ann)
      ])
    #expect(world.rules.lists.entry(of: ann, for: bob)?.groups == ["work"])
  }

  @Test func theSameGroupsAgainAreNoNews() throws {
    var world = try World.annWatchesBob()
    world.record(try world.rules.setGroups(["work"], of: bob, by: ann, now: world.now))
    #expect(try world.rules.setGroups(["work"], of: bob, by: ann, now: world.now) == [])
  }

  @Test func groupsOfSomebodyNotListedAreNothing() throws {
    var world = World()
    #expect(try world.rules.setGroups(["work"], of: bob, by: ann, now: world.now) == [])
  }

  @Test(arguments: [
    (32, 1, true), (33, 1, false), (1, 255, true), (1, 256, false), (0, 0, true),
  ])
  func groupsAreBoundedInNumberAndLength(count: Int, length: Int, accepted: Bool) throws {
    var world = try World.annWatchesBob()
    let groups = Array(repeating: String(repeating: "x", count: length), count: count)
    let refused = !accepted
    var error: MatrixError?
    do { world.record(try world.rules.setGroups(groups, of: bob, by: ann, now: world.now)) } catch let caught
    {
      error = caught
    }
    #expect((error?.code == .tooLarge) == refused)
  }

  @Test func groupsSurviveTheAnswer() throws {
    var world = try Self.annAsksBob()
    world.record(try world.rules.setGroups(["work"], of: bob, by: ann, now: world.now))
    world.record(try world.rules.accept(ann, by: bob, now: world.now))
    #expect(world.rules.lists.entry(of: ann, for: bob)?.groups == ["work"])
  }
}
