import MatrixWire
import Ports
import Testing

@testable import PorchlightSDK

/// Who is a contact by direct rooms, and who asks to be one (Protocol 9.1, 9.3).
struct DirectChatsTests {
  private let room = Sample.room("chat")
  private var chats = DirectChats(of: Sample.me)

  private func answer(
    _ direct: [UserID: [RoomID]]? = nil, ignored: Set<UserID>? = nil, joined: [RoomID: [RoomEvent]] = [:],
    invited: [RoomID: [RoomEvent]] = [:], left: [RoomID] = []
  ) -> SyncAnswer {
    var answer = Sample.answer()
    if let direct { answer.accountData.append(.direct(direct)) }
    if let ignored { answer.accountData.append(.ignored(ignored)) }
    answer.rooms.joined = joined.mapValues { RoomUpdate(timeline: $0) }
    answer.rooms.invited = invited
    answer.rooms.left = Dictionary(left.map { ($0, RoomUpdate()) }, uniquingKeysWith: { first, _ in first })
    return answer
  }

  private mutating func take(_ answer: SyncAnswer, isComplete: Bool = false, at time: Int64 = 17)
    -> [StreamEvent]
  {
    chats.apply(answer, isComplete: isComplete, at: WallTime(milliseconds: time))
  }

  /// What makes a room that `ann` invites to a direct one.
  private func invitation(isDirect: Bool = true, from sender: UserID = Sample.ann) -> [RoomEvent] {
    let content = MemberContent(.invite, isDirect: isDirect)
    return [
      Sample.member(sender, name: "Ann"),
      RoomEvent(
        type: "m.room.member", sender: sender, stateKey: Sample.me.rawValue,
        content: .member(Sample.me, content)),
    ]
  }

  private var mine: RoomEvent { Sample.member(Sample.me) }

  @Test(arguments: [(Membership.join, ListState.accepted), (.invite, .pending)])
  mutating func theRelationFollowsFromBothMemberships(theirs: Membership, state: ListState) {
    let news = take(
      answer([Sample.ann: [room]], joined: [room: [mine, Sample.member(Sample.ann, theirs)]]),
      isComplete: true)
    #expect(news == [Sample.listed(Sample.ann, state)])
    #expect(chats.rooms(with: Sample.ann) == [room])
  }

  @Test mutating func aRoomThatOneIsNotInMakesNoContact() {
    #expect(take(answer([Sample.ann: [room]]), isComplete: true).isEmpty)
    #expect(chats.rooms(with: Sample.ann).isEmpty)
  }

  @Test mutating func theBestOfSeveralRoomsCounts() {
    let other = Sample.room("other")
    let news = take(
      answer(
        [Sample.ann: [Sample.room("gone"), room, other]],
        joined: [
          room: [mine, Sample.member(Sample.ann, .invite)], other: [mine, Sample.member(Sample.ann)],
        ]),
      isComplete: true)
    #expect(news == [Sample.listed(Sample.ann, .accepted)])
  }

  @Test mutating func aRoomWithOthersMakesNoContact() {
    let news = take(answer([:], joined: [room: [mine, Sample.member(Sample.bob)]]), isComplete: true)
    #expect(news.isEmpty)
    #expect(chats.roomMates == [Sample.bob])
  }

  @Test mutating func anAnswerToTheOwnInviteIsNews() {
    _ = take(answer([Sample.ann: [room]], joined: [room: [mine, Sample.member(Sample.ann, .invite)]]))
    #expect(
      take(answer(joined: [room: [Sample.member(Sample.ann)]])) == [Sample.listed(Sample.ann, .accepted)])
    #expect(take(answer(joined: [room: [Sample.member(Sample.ann, name: "A")]])).isEmpty)
  }

  @Test(arguments: [(Membership.join, ListState.revoked), (.invite, .denied)])
  mutating func whoLeavesIsToldFromWhomOneLeaves(before: Membership, end: ListState) {
    _ = take(answer([Sample.ann: [room]], joined: [room: [mine, Sample.member(Sample.ann, before)]]))
    #expect(
      take(answer(joined: [room: [Sample.member(Sample.ann, .leave)]])) == [Sample.listed(Sample.ann, end)])
  }

  @Test mutating func whomOneLeavesIsDropped() {
    _ = take(answer([Sample.ann: [room]], joined: [room: [mine, Sample.member(Sample.ann)]]))
    #expect(take(answer(left: [room])) == [Sample.listed(Sample.ann, .dropped)])
  }

  @Test mutating func whoIsNoDirectContactAnyMoreIsDropped() {
    _ = take(answer([Sample.ann: [room]], joined: [room: [mine, Sample.member(Sample.ann)]]))
    #expect(take(answer([:])) == [Sample.listed(Sample.ann, .dropped)])
  }

  @Test mutating func anInviteToADirectRoomIsAQuestion() {
    let news = take(answer(invited: [room: invitation()]))
    #expect(news == [Sample.asks(Sample.ann, name: "Ann")])
    #expect(chats.invitations(from: Sample.ann) == [room])
  }

  @Test mutating func anInviteToAnyOtherRoomIsNone() {
    #expect(take(answer(invited: [room: invitation(isDirect: false)])).isEmpty)
  }

  /// What is shown of a room before one is in it, others may have written.
  @Test mutating func anInviteWhoseEventsDisagreeIsNone() {
    let other = invitation(from: Sample.bob)
    #expect(take(answer(invited: [room: invitation() + other])).isEmpty)
  }

  @Test mutating func directRoomsAreLookedIntoFirstThenSmallOnes() {
    let (many, few) = (Sample.room("a-many"), Sample.room("b-few"))
    let two = [mine, Sample.member(Sample.bob)]
    _ = take(
      answer(
        [Sample.ann: [room]],
        joined: [
          room: [mine, Sample.member(Sample.ann), Sample.member(Sample.bob)],
          many: two + [Sample.member(Sample.ann)], few: two,
        ]))
    #expect(chats.rooms(most: 50) == [room, few, many])
    #expect(chats.rooms(most: 2) == [few])
  }

  @Test mutating func aQuestionIsOverOnceItIsAnsweredAnywhere() {
    _ = take(answer(invited: [room: invitation()]))
    var other = self
    #expect(take(answer(joined: [room: [mine]])) == [Sample.asks(Sample.ann, .accepted, name: "Ann")])
    #expect(other.take(other.answer(left: [room])) == [Sample.asks(Sample.ann, .withdrawn, name: "Ann")])
    #expect(other.chats.invitations(from: Sample.ann).isEmpty)
  }

  @Test mutating func whatOneDeclinesIsDeniedAtOnceAndOnce() {
    _ = take(answer(invited: [room: invitation()]))
    #expect(chats.declined(Sample.ann) == [Sample.asks(Sample.ann, .denied, name: "Ann")])
    #expect(take(answer(left: [room])).isEmpty)
  }

  @Test mutating func whoIsIgnoredDoesNotAsk() {
    _ = take(answer(invited: [room: invitation()]))
    #expect(take(answer(ignored: [Sample.ann])) == [Sample.asks(Sample.ann, .denied, name: "Ann")])
    #expect(take(answer(invited: [Sample.room("more"): invitation()])).isEmpty)
  }

  @Test mutating func aCompleteAnswerTellsAllAgainAndKeepsWhenTheyAsked() {
    _ = take(answer(invited: [room: invitation()]), at: 17)
    let news = take(answer(invited: [room: invitation()]), isComplete: true, at: 5000)
    #expect(news == [Sample.asks(Sample.ann, name: "Ann")])
  }
}
