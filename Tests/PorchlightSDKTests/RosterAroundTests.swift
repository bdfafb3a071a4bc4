import MatrixWire
import OrderedCollections
import PorchlightSDK
import Ports
import Testing

/// Those who are in a room with the user and not on the list.
struct RosterAroundTests {
  let me = Sample.me
  let ann = Sample.ann
  let bob = Sample.bob
  let hall = Sample.room("hall")
  let shed = Sample.room("shed")

  /// A roster with Ann in a room.
  private func withAnn(_ state: RoomEvent..., events: StreamEvent...) -> Roster {
    var roster = Roster(userID: me)
    roster.receive(
      joined: [hall: [Sample.member(me), Sample.member(ann, name: "Ann R.")] + state], events)
    return roster
  }

  // MARK: Coming and going

  @Test func whoIsInARoomWithTheUserIsAround() throws {
    var roster = Roster(userID: me)
    let changes = roster.receive(
      joined: [hall: [Sample.member(me), Sample.member(ann, name: "Ann R."), Sample.member(bob, .invite)]],
      [Sample.present(ann, .busy, "hush")])
    let contact = try #require(roster.around[ann])
    #expect(contact.relation == nil && contact.state == .busy && contact.statusText == "hush")
    #expect(contact.name == "Ann R.")
    #expect(roster.around.count == 1 && roster.contacts.isEmpty)
    #expect(roster.known(ann) == contact && roster.contact(ann) == nil)
    #expect(changes == [.added(contact)])
  }

  /// The room and the presence of whom it shows come in one answer.
  @Test func whoseRoomBeginsToShareIsToldOfOnceWithWhatItShows() throws {
    var roster = withAnn(Sample.sharing(.forbid))
    _ = roster.follow(PresenceSharingRule(rule: .spec))
    let before = try #require(roster.around[ann])
    let changes = roster.receive(
      joined: [hall: [Sample.sharing(.suggest)]],
      [Sample.present(ann, .busy), Sample.present(ann, .online)])
    let after = try #require(roster.around[ann])
    #expect(after.state == .online && before.unknownReason == .notShared)
    #expect(changes == [.changed(from: before, to: after)])
  }

  @Test func whatEndsAsItBeganIsNoNews() {
    var roster = withAnn(Sample.sharing(.forbid), events: Sample.present(ann, .busy))
    _ = roster.follow(PresenceSharingRule(rule: .spec))
    let hidden = StreamEvent.presence(ann, PresenceContent(state: .unknown, unknownReason: .notShared))
    #expect(roster.receive(joined: [hall: [Sample.sharing(.suggest)]], [hidden]) == [])
  }

  /// That is a step of its own, which people are told of in other words.
  @Test func whoComesIntoARoomAndOntoTheListIsToldOfTwice() throws {
    var roster = Roster(userID: me)
    let changes = roster.receive(
      joined: [hall: [Sample.member(me), Sample.member(ann)]],
      [Sample.present(ann, .busy), Sample.listed(ann, .accepted), Sample.present(ann, .online)])
    let relations = changes.map { change -> ListState? in
      switch change {
      case .added(let contact), .changed(_, let contact): contact.relation
      case .removed, .left, .invited, .inviteGone, .own: .denied
      }
    }
    #expect(relations == [nil, .accepted, .accepted])
    if case .added(let new) = changes.first { #expect(new.state == .busy) } else { Issue.record("not added") }
  }

  @Test func whoLeavesTheLastRoomIsGone() throws {
    var roster = withAnn(events: Sample.present(ann, .online))
    roster.receive(joined: [shed: [Sample.member(me), Sample.member(ann, name: "Ann R.")]])
    #expect(roster.receive(joined: [hall: [Sample.member(ann, .leave)]]) == [])
    let before = try #require(roster.around[ann])
    #expect(roster.receive(joined: [shed: [Sample.member(ann, .ban)]]) == [.left(before)])
    #expect(roster.around.isEmpty)
    #expect(roster.take(Sample.present(ann, .busy)) == [])
  }

  @Test func aRoomThatTheUserLeavesTakesThoseAroundAlong() {
    var roster = withAnn(Sample.member(bob))
    let changes = roster.apply(
      RosterUpdate([], isComplete: false, rooms: RoomsUpdate(left: [hall: RoomUpdate()])), at: .origin)
    let gone = changes.map { if case .left(let contact) = $0 { contact.userID } else { me } }
    #expect(gone == [ann, bob])
    #expect(roster.around.isEmpty)
  }

  @Test func theUserIsNotAroundThemselves() {
    #expect(withAnn(events: Sample.present(me, .busy)).around.keys.sorted() == [ann])
  }

  @Test func theSameAgainIsNoNews() {
    var roster = withAnn(events: Sample.present(ann, .busy, "hush"))
    let changes = roster.receive(
      joined: [hall: [Sample.member(me), Sample.member(ann, name: "Ann R.")]],
      [Sample.present(ann, .busy, "hush")])
    #expect(changes == [])
  }

  // MARK: The list

  @Test func whoIsOnTheListIsNotAround() {
    var roster = Roster.mine(Sample.listed(ann, .accepted))
    #expect(roster.receive(joined: [hall: [Sample.member(me), Sample.member(ann)]]) == [])
    #expect(roster.around.isEmpty && roster.rooms.isRoomMate(ann))
  }

  @Test(arguments: [ListState.pending, .accepted])
  func whoComesOntoTheListMovesThereWithWhatIsKnown(state: ListState) throws {
    var roster = withAnn(events: Sample.present(ann, .busy, "hush"))
    let before = try #require(roster.around[ann])
    let changes = roster.take(Sample.listed(ann, state))
    let after = try #require(roster.contacts[ann])
    #expect(changes == [.changed(from: before, to: after)])
    #expect(after.relation == state && after.state == .busy && after.statusText == "hush")
    #expect(roster.around.isEmpty)
  }

  @Test(arguments: [ListState.denied, .dropped, .revoked])
  func whoComesOffTheListStaysAsLongAsThereIsARoom(state: ListState) throws {
    var roster = withAnn()
    roster.take(Sample.listed(ann, .accepted), Sample.present(ann, .busy, "hush"))
    let before = try #require(roster.contacts[ann])
    let changes = roster.take(Sample.listed(ann, state))
    let after = try #require(roster.around[ann])
    #expect(changes == [.removed(before, state), .added(after)])
    #expect(after.relation == nil && after.state == .busy && after.statusText == "hush")
    #expect(roster.contacts.isEmpty)
  }

  @Test func whoComesOffTheListAndIsInNoRoomIsGone() {
    var roster = Roster.mine(Sample.listed(ann, .accepted))
    roster.take(Sample.listed(ann, .dropped))
    #expect(roster.around.isEmpty)
  }

  // MARK: What may be seen

  /// The list showed them, and no room does.
  @Test func whatOnlyTheListShowedIsForgottenWithIt() throws {
    var roster = withAnn(Sample.sharing(.forbid))
    _ = roster.follow(PresenceSharingRule(rule: .spec))
    roster.take(Sample.listed(ann, .accepted), Sample.present(ann, .busy, "hush"))
    roster.take(Sample.listed(ann, .dropped))
    let contact = try #require(roster.around[ann])
    #expect(contact.state == .unknown && contact.statusText == nil && contact.unknownReason == .notShared)
    #expect(contact.name == "Ann R.")
  }

  @Test func whoseRoomsBeginToForbidIsUnknown() throws {
    var roster = withAnn(events: Sample.present(ann, .busy))
    _ = roster.follow(PresenceSharingRule(rule: .spec))
    #expect(roster.around[ann]?.state == .busy)
    let changes = roster.receive(joined: [hall: [Sample.sharing(.forbid)]])
    #expect(changes.count == 1)
    #expect(roster.around[ann]?.state == .unknown && roster.around[ann]?.unknownReason == .notShared)
    // The server tells of all again when it ends.
    roster.receive(joined: [hall: [Sample.sharing(.suggest)]], [Sample.present(ann, .busy)])
    #expect(roster.around[ann]?.state == .busy && roster.around[ann]?.unknownReason == nil)
  }

  @Test func whoWasAskedAndSeenInARoomOnlyIsUnknownWhenItEnds() {
    var roster = withAnn(events: Sample.listed(ann, .pending), Sample.present(ann, .busy))
    roster.receive(joined: [hall: [Sample.member(ann, .leave)]])
    #expect(roster.contacts[ann]?.state == .unknown)
    #expect(roster.contacts[ann]?.unknownReason == .pending)
  }

  @Test func whoAcceptedIsSeenWithoutARoom() {
    var roster = withAnn(events: Sample.listed(ann, .accepted), Sample.present(ann, .busy))
    #expect(roster.receive(joined: [hall: [Sample.member(ann, .leave)]]).count == 1)
    #expect(roster.contacts[ann]?.state == .busy)
  }

  /// With its rule a server says later which rooms share.
  @Test func theServersRuleMayComeLater() {
    var roster = withAnn(events: Sample.present(ann, .busy))
    #expect(roster.follow(PresenceSharingRule(rule: .suggest)).count == 1)
    #expect(roster.around[ann]?.unknownReason == .notShared)
    #expect(roster.follow(PresenceSharingRule(rule: .suggest)) == [])
  }

  @Test func namesOfPresenceWinOverThoseOfRooms() {
    var roster = withAnn()
    roster.take(.presence(ann, PresenceContent(state: .online, displayName: "Ann")))
    #expect(roster.around[ann]?.name == "Ann")
    roster.take(.presence(ann, PresenceContent(state: .online, displayName: "")))
    #expect(roster.around[ann]?.name == "Ann R.")
    roster.receive(joined: [hall: [Sample.member(ann, name: "\u{200B}")]])
    #expect(roster.around[ann]?.name == "ann")
  }

  // MARK: Complete answers

  @Test func aCompleteAnswerSaysOnlyWhatIsDifferent() throws {
    var roster = withAnn(Sample.member(bob), events: Sample.present(ann, .online))
    let (ann, bob) = (try #require(roster.around[ann]), try #require(roster.around[bob]))
    let cem = Sample.person("cem")
    let rooms = RoomsUpdate(joined: [hall: RoomUpdate(state: [Sample.member(cem)])])
    let changes = roster.apply(
      RosterUpdate([Sample.listed(ann.userID, .accepted)], isComplete: true, rooms: rooms, hasAllRooms: true),
      at: .origin)
    let (listed, new) = (try #require(roster.contacts[ann.userID]), try #require(roster.around[cem]))
    #expect(changes == [.changed(from: ann, to: listed), .left(bob), .added(new)])
  }

  /// A server that was started anew lost count of presence, and goes on with rooms.
  @Test func roomsGoOnAcrossARestartOfTheServer() {
    var roster = withAnn(events: Sample.present(ann, .online))
    var answer = Sample.answer(shed, Sample.member(bob), events: [Sample.present(ann, .busy)])
    answer.isComplete = true
    _ = roster.apply(answer, isComplete: true, at: .origin)
    #expect(roster.around.keys.sorted() == [ann, bob])
    #expect(roster.around[ann]?.state == .busy && roster.rooms.rooms.count == 2)
    answer.isComplete = false
    _ = roster.apply(answer, isComplete: true, at: .origin)
    #expect(roster.around.keys.sorted() == [bob])
  }
}

extension Roster {
  /// Takes what is new of rooms, then events.
  @discardableResult
  fileprivate mutating func receive(
    joined: [RoomID: [RoomEvent]], _ events: [StreamEvent] = []
  ) -> [RosterChange] {
    let rooms = RoomsUpdate(joined: joined.mapValues { RoomUpdate(timeline: $0) })
    return apply(RosterUpdate(events, isComplete: false, rooms: rooms), at: .origin)
  }
}
