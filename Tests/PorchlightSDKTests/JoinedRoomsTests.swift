import MatrixWire
import PorchlightSDK
import Ports
import Testing

/// What a client makes of the rooms of an answer, from any server.
struct JoinedRoomsTests {
  let me = Sample.me
  let ann = Sample.ann
  let bob = Sample.bob
  let hall = Sample.room("hall")
  let shed = Sample.room("shed")

  /// The rooms after one complete answer.
  private func rooms(_ joined: [RoomID: RoomUpdate]) -> JoinedRooms {
    var rooms = JoinedRooms(of: me)
    rooms.apply(RoomsUpdate(joined: joined), isComplete: true)
    return rooms
  }

  private func update(_ state: RoomEvent...) -> RoomUpdate { RoomUpdate(state: state) }

  // MARK: Members

  @Test func whoIsInARoomWithTheUserIsARoomMate() {
    let rooms = rooms([
      hall: update(Sample.member(me), Sample.member(ann), Sample.member(bob, .invite)),
      shed: update(Sample.member(me), Sample.member(ann, name: "Ann")),
    ])
    #expect(Set(rooms.roomMates) == [ann])
    #expect(rooms.rooms(with: ann).map(\.roomID) == [hall, shed])
    #expect(rooms.name(of: ann) == "Ann")
    #expect(rooms.rooms[hall]?.joinedCount == 2 && rooms.rooms[hall]?.invitedCount == 1)
  }

  @Test(arguments: [Membership.leave, .ban, .knock])
  func whoLeavesTheLastRoomIsNone(membership: Membership) {
    var rooms = rooms([hall: update(Sample.member(me), Sample.member(ann))])
    let touched = rooms.apply(
      RoomsUpdate(joined: [hall: RoomUpdate(timeline: [Sample.member(ann, membership)])]), isComplete: false)
    #expect(touched == [ann])
    #expect(!rooms.isRoomMate(ann) && rooms.rooms[hall]?.members[ann] == nil)
  }

  @Test func aRoomThatTheUserLeavesTakesItsMembersAlong() {
    var rooms = rooms([
      hall: update(Sample.member(me), Sample.member(ann), Sample.member(bob)),
      shed: update(Sample.member(me), Sample.member(ann)),
    ])
    #expect(rooms.apply(RoomsUpdate(left: [hall: RoomUpdate()]), isComplete: false) == [ann, bob])
    #expect(Set(rooms.roomMates) == [ann])
  }

  /// Out and invited again between two polls.
  @Test func aRoomThatTheUserIsInvitedToIsNotJoined() {
    var rooms = rooms([hall: update(Sample.member(me), Sample.member(ann))])
    rooms.apply(RoomsUpdate(invited: [hall: []]), isComplete: false)
    #expect(rooms.rooms.isEmpty && rooms.roomMates.isEmpty)
  }

  @Test func aCompleteAnswerReplacesAllRooms() {
    var rooms = rooms([hall: update(Sample.member(me), Sample.member(ann), Sample.named("Hall"))])
    let touched = rooms.apply(
      RoomsUpdate(joined: [hall: update(Sample.member(me), Sample.member(bob))]), isComplete: true)
    #expect(touched == [ann, bob])
    #expect(Set(rooms.roomMates) == [bob])
    #expect(rooms.rooms[hall]?.name == "bob")
  }

  @Test func theSameAgainTouchesNobody() {
    let state = update(Sample.member(me), Sample.member(ann, name: "Ann"))
    var rooms = rooms([hall: state])
    #expect(rooms.apply(RoomsUpdate(joined: [hall: state]), isComplete: false) == [])
  }

  /// What is in the timeline came after the state, unless the answer says otherwise.
  @Test(arguments: [(false, "New"), (true, "Old")])
  func theTimelineComesAfterTheState(isStateAfter: Bool, name: String) {
    let rooms = rooms([
      hall: RoomUpdate(
        state: [Sample.named("Old")], isStateAfter: isStateAfter, timeline: [Sample.named("New")],
        isLimited: true)
    ])
    #expect(rooms.rooms[hall]?.name == name)
  }

  @Test func whatASpeakerSaysChangesNoState() {
    var rooms = rooms([hall: update(Sample.member(me), Sample.named("Hall"))])
    let fake = RoomEvent(type: "m.room.name", sender: ann, content: .name("Mine"))
    rooms.apply(RoomsUpdate(joined: [hall: RoomUpdate(timeline: [fake])]), isComplete: false)
    #expect(rooms.rooms[hall]?.name == "Hall")
  }

  // MARK: Names

  @Test func aRoomIsCalledByItsNameThenItsAlias() {
    let alias = RoomAlias("#hall:porch.example")
    var rooms = rooms([
      hall: update(Sample.member(me), Sample.member(ann), Sample.named("The Hall"), Sample.aliased(alias))
    ])
    func name(after event: RoomEvent) -> String? {
      rooms.apply(RoomsUpdate(joined: [hall: update(event)]), isComplete: false)
      return rooms.rooms[hall]?.name
    }
    #expect(rooms.rooms[hall]?.name == "The Hall")
    #expect(name(after: Sample.named("\u{200B} ")) == "#hall:porch.example")
    #expect(name(after: Sample.aliased(nil)) == "ann")
  }

  @Test(arguments: [
    (0, [], "Empty room"), (1, [], "p0"), (2, [], "p0 and p1"), (3, [], "p0, p1, and p2"),
    (5, [], "p0, p1, p2, p3, and p4"), (6, [], "p0, p1, p2, p3, p4, and 1 other"),
    (9, [], "p0, p1, p2, p3, p4, and 4 others"), (9, ["p8", "p3"], "p8, p3, and 7 others"),
    (0, ["p1"], "Empty room (was p1)"), (0, ["p1", "p2"], "Empty room (was p1 and p2)"),
  ])
  func aRoomWithoutANameIsCalledByItsMembers(count: Int, heroes: [String], name: String) {
    let others = (0..<count).map { Sample.member(Sample.person("p\($0)")) }
    let summary = RoomSummary(heroes: heroes.isEmpty ? nil : heroes.map { Sample.person($0) })
    let rooms = rooms([
      hall: RoomUpdate(state: [Sample.member(me, name: "Me")] + others.reversed(), summary: summary)
    ])
    #expect(rooms.rooms[hall]?.name == name)
  }

  /// A server that tells few members says how many there are.
  @Test func theServersCountsWinOverThoseOfTheMembersTold() {
    let summary = RoomSummary(heroes: [ann], joinedCount: 900, invitedCount: 2)
    let rooms = rooms([hall: RoomUpdate(state: [Sample.member(ann, name: "Ann")], summary: summary)])
    #expect(rooms.rooms[hall]?.name == "Ann and 900 others")
    #expect(rooms.rooms[hall]?.joinedCount == 900)
  }

  @Test func twoOfOneNameAreToldApart() {
    let rooms = rooms([
      hall: update(
        Sample.member(me), Sample.member(ann, name: "Kim"), Sample.member(bob, name: "Kim"))
    ])
    #expect(rooms.rooms[hall]?.name == "Kim (@ann:porch.example) and Kim (@bob:porch.example)")
  }

  /// Following members one by one comes out as looking at all of them.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func theNameFollowsWhoComesAndGoes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var followed = rooms([hall: update(Sample.member(me))])
    var members: [UserID: RoomEvent] = [me: Sample.member(me)]
    for _ in 0..<300 {
      var news: [RoomEvent] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let user = Sample.person("p\(Int.random(in: 0..<12, using: &random))")
        let event = Sample.member(
          user, [.join, .join, .invite, .leave].randomElement(using: &random) ?? .join,
          name: ["Kim", "Ann", nil].randomElement(using: &random) ?? nil)
        members[user] = event
        news.append(event)
      }
      followed.apply(RoomsUpdate(joined: [hall: RoomUpdate(timeline: news)]), isComplete: false)
      let whole = rooms([hall: RoomUpdate(state: Array(members.values))])
      #expect(followed.rooms[hall]?.name == whole.rooms[hall]?.name)
    }
  }

  /// A member who comes into a large room without a name costs what one costs who comes into a small one.
  @Test func aMemberMoreCostsNoMoreInALargeRoom() {
    func cost(_ count: Int) -> Duration {
      let state = (0..<count).map { Sample.member(Sample.person("p\($0)"), name: "Kim") }
      var rooms = rooms([hall: RoomUpdate(state: [Sample.member(me)] + state)])
      let clock = ContinuousClock()
      return (0..<5).map { _ in
        clock.measure {
          for step in 0..<200 {
            let event = Sample.member(Sample.person("q"), step % 2 == 0 ? .join : .leave, name: "Kim")
            rooms.apply(RoomsUpdate(joined: [hall: RoomUpdate(timeline: [event])]), isComplete: false)
          }
        }
      }.min() ?? .zero
    }
    #expect(cost(5_000) < cost(250) * 10)
  }

  // MARK: Presence

  private static let forbids = Sample.sharing(.forbid)
  private static let suggests = Sample.sharing(.suggest)

  @Test(
    arguments: [
      (PresenceSharingRule.specification, nil, true), (.specification, forbids, true),
      (PresenceSharingRule(rule: .spec), nil, true), (PresenceSharingRule(rule: .spec), forbids, false),
      (PresenceSharingRule(rule: .spec), Sample.sharing(nil), true),
      (PresenceSharingRule(rule: .suggest), nil, false),
      (PresenceSharingRule(rule: .suggest), suggests, true),
      (PresenceSharingRule(rule: .suggest), Sample.sharing(nil), false),
      (PresenceSharingRule(rule: .spec, largestRoom: 2), nil, true),
      (PresenceSharingRule(rule: .spec, largestRoom: 1), nil, false),
    ] as [(PresenceSharingRule, RoomEvent?, Bool)])
  func aRoomSharesPresenceByTheServersRule(rule: PresenceSharingRule, event: RoomEvent?, shares: Bool) throws
  {
    var rooms = rooms([
      hall: RoomUpdate(state: [Sample.member(me), Sample.member(ann)] + (event.map { [$0] } ?? []))
    ])
    #expect(rooms.follow(rule) == (rule == .specification ? [] : [ann]))
    #expect(rooms.sharesPresence(try #require(rooms.rooms[hall])) == shares)
    #expect(rooms.sharesPresence(with: ann) == shares)
  }

  @Test func whenARoomBeginsOrEndsToShareAllItsMembersAreTouched() {
    var rooms = rooms([hall: update(Sample.member(me), Sample.member(ann), Sample.member(bob))])
    _ = rooms.follow(PresenceSharingRule(rule: .spec, largestRoom: 3))
    func touched(by event: RoomEvent) -> Set<UserID> {
      rooms.apply(RoomsUpdate(joined: [hall: update(event)]), isComplete: false)
    }
    let cem = Sample.person("cem")
    #expect(touched(by: Self.forbids) == [ann, bob])
    #expect(touched(by: Self.suggests) == [ann, bob])
    #expect(touched(by: Sample.named("Hall")) == [])
    // It is too large then.
    #expect(touched(by: Sample.member(cem)) == [ann, bob, cem])
    #expect(!rooms.sharesPresence(with: ann))
    #expect(touched(by: Sample.member(cem, .leave)).isSuperset(of: [ann, bob]))
    #expect(rooms.sharesPresence(with: ann))
  }

  @Test(
    arguments: [
      (RoomJoinRule.everyone, true), (.restricted, true), (.knockingRestricted, true), (.invited, false),
      (.knocking, false), (nil, false),
    ] as [(RoomJoinRule?, Bool)])
  func strangersSeeWhoIsInARoomThatLetsThemIn(rule: RoomJoinRule?, isOpen: Bool) throws {
    let state = [Sample.member(me), Sample.member(ann), Sample.joinRule(rule)]
    var rooms = rooms([hall: RoomUpdate(state: state)])
    #expect(rooms.showsStrangers(try #require(rooms.rooms[hall])) == isOpen)
    _ = rooms.follow(PresenceSharingRule(rule: .suggest))
    #expect(!rooms.showsStrangers(try #require(rooms.rooms[hall])))
  }

  @Test func aRoomWithoutAJoinRuleIsForTheInvited() throws {
    let rooms = rooms([hall: update(Sample.member(me))])
    #expect(!rooms.showsStrangers(try #require(rooms.rooms[hall])))
  }
}
