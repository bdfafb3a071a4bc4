import MatrixWire
import Testing

/// The rooms of an answer to `/sync`, as a client reads them from any server.
struct RoomsUpdateTests {
  private static func rooms(_ text: String) throws -> RoomsUpdate {
    try decode(#"{"next_batch":"s1","rooms":\#(text)}"#, as: SyncAnswer.self).rooms
  }

  private static func name(_ text: String, _ id: String? = nil) throws -> RoomEvent {
    RoomEvent(
      type: "m.room.name", sender: try user("@a:x"), stateKey: "", content: .name(text),
      eventID: try id.map { try .named($0) })
  }

  private static let named =
    #"{"type":"m.room.name","sender":"@a:x","state_key":"","content":{"name":"Tea"}}"#

  @Test func whatAServerWritesAClientReads() throws {
    func event(_ id: String, _ name: String) throws -> ClientEvent {
      ClientEvent(
        eventID: try .named(id), roomID: try .named("!r:x"), type: "m.room.name", stateKey: "",
        sender: try user("@a:x"), originServerTimestamp: 1, content: Array(#"{"name":"\#(name)"}"#.utf8))
    }
    var room = SyncRooms.Room(try .named("!r:x"))
    room.state = [ViewedEvent(EventBytes(try event("$1", "a")))]
    room.timeline = [ViewedEvent(EventBytes(try event("$2", "b")))]
    (room.isLimited, room.prevBatch) = (true, try .named("p"))
    room.summary = RoomSummary(heroes: [try user("@b:x")], joinedCount: 2)
    room.unread = UnreadCounts(notifications: 3)
    let typing = EphemeralEvent.typing([try user("@b:x")])
    room.ephemeral = [typing.encoded()]
    var rooms = SyncRooms(now: 1)
    (rooms.joined, rooms.left) = ([room], [.init(try .named("!l"))])
    rooms.invited = [.init(try .named("!i"), state: [try event("$3", "c").stripped])]
    rooms.knocked = [.init(try .named("!k"), state: [])]
    let bytes = StreamBytes.sync(nextBatch: try .named("n"), presence: [], rooms: rooms)
    let answer = try WireJSON.decode(SyncAnswer.self, from: bytes)

    var (state, timeline) = (try Self.name("a", "$1"), try Self.name("b", "$2"))
    (state.originServerTimestamp, state.age) = (1, 0)
    (timeline.originServerTimestamp, timeline.age) = (1, 0)
    let update = RoomUpdate(
      state: [state], timeline: [timeline], isLimited: true, prevBatch: try .named("p"), ephemeral: [typing],
      summary: room.summary, unread: room.unread)
    let expected = RoomsUpdate(
      joined: [room.roomID: update], invited: [try .named("!i"): [try Self.name("c")]],
      knocked: [try .named("!k"): []], left: [try .named("!l"): RoomUpdate()])
    #expect(answer.rooms == expected)
    #expect(try decode(json(answer)) == answer)
  }

  @Test(arguments: [
    "7", "null", "[]", "{}", #"{"join":7}"#, #"{"join":[]}"#, #"{"join":null,"invite":null,"leave":null}"#,
    #"{"join":{"r":{}}}"#, #"{"join":{"!r":7}}"#, #"{"invite":{"!r":[]}}"#, #"{"invite":{"r":{}}}"#,
    #"{"leave":{"":{}}}"#, #"{"knock":"x"}"#, #"{"peek":{"!r":{}}}"#,
  ])
  func malformedRoomsArePassedOver(text: String) throws {
    #expect(try Self.rooms(text).isEmpty)
  }

  /// A room of which nothing makes sense is there all the same: the user is in it.
  @Test(arguments: [
    "{}", #"{"state":7,"timeline":[],"ephemeral":null,"summary":7,"unread_notifications":[]}"#,
    #"{"state":{"events":7},"timeline":{"events":{},"limited":"yes","prev_batch":7}}"#,
    #"{"state":{"events":[7,null,[],{},"x",{"type":"t"}]},"timeline":{"events":[[[]]],"prev_batch":""}}"#,
    #"{"summary":{"m.heroes":"x","m.joined_member_count":-1,"m.invited_member_count":1e300}}"#,
  ])
  func aMalformedSectionIsEmpty(text: String) throws {
    #expect(try Self.rooms(#"{"join":{"!r":\#(text)}}"#).joined == [try .named("!r"): RoomUpdate()])
  }

  @Test func aMalformedNeighbourDoesNotCostTheRest() throws {
    let text = """
      {"join":{"!r":{"timeline":{"events":[7,\(Self.named),{"type":"m.room.name"}]}},"bad":{},"!s":7},
       "invite":{"!i":{"invite_state":{"events":[\(Self.named),null]}},"!j":{"invite_state":7}}}
      """
    let rooms = try Self.rooms(text)
    #expect(rooms.joined == [try .named("!r"): RoomUpdate(timeline: [try Self.name("Tea")])])
    #expect(rooms.invited == [try .named("!i"): [try Self.name("Tea")], try .named("!j"): []])
  }

  @Test func theStateAfterTheTimelineStandsAlone() throws {
    let events = #"{"events":[\#(Self.named)]}"#
    let other = #"{"events":[\#(Self.named.replacing("Tea", with: "Old"))]}"#
    let rooms = try Self.rooms(
      #"{"join":{"!a":{"state_after":\#(events),"timeline":\#(other)},"#
        + #""!b":{"state":\#(events),"timeline":\#(other)}}}"#)
    let (after, before) = (rooms.joined[try .named("!a")], rooms.joined[try .named("!b")])
    #expect(after?.stateChanges == [try Self.name("Tea")])
    #expect(before?.stateChanges == [try Self.name("Tea"), try Self.name("Old")])
  }

  @Test func aSummaryNamesFiveHeroesAtMost() throws {
    let heroes = (0..<9).map { "\"@\($0):x\"" }.joined(separator: ",")
    let summary: RoomSummary = try decode(
      #"{"m.heroes":[7,"x",\#(heroes)],"m.joined_member_count":3.0,"m.invited_member_count":null}"#)
    #expect(summary.heroes?.map(\.rawValue) == ["@0:x", "@1:x", "@2:x", "@3:x", "@4:x"])
    #expect(summary.joinedCount == 3 && summary.invitedCount == nil)
  }

  /// A key that stands twice has one of its values, and the rest is read.
  @Test func aRoomThatComesTwiceIsReadOnce() throws {
    let text = #"{"join":{"!r":{"timeline":{"events":[\#(Self.named)]}},"!r":{},"!s":{}}}"#
    #expect(try Set(Self.rooms(text).joined.keys) == [try .named("!r"), try .named("!s")])
  }

  /// Who sends such a message must not keep others from reading.
  @Test(arguments: [1, 100, 400, 511, 513, 10_000]) func whatIsNestedDeepDoesNotCostTheRest(depth: Int) throws
  {
    for (open, close) in [("[", "]"), (#"{"a\"[{\\":"#, "}")] {
      let deep = String(repeating: open, count: depth) + "7" + String(repeating: close, count: depth)
      let event = #"{"type":"m.room.message","sender":"@a:x","content":{"deep":\#(deep),"body":"x\"]["}}"#
      let text =
        #"{"next_batch":"s","rooms":{"join":{"!r":{"timeline":{"events":[\#(event),\#(Self.named)]}}}}}"#
      let answer = try WireJSON.decode(SyncAnswer.self, fromAnswer: Array(text.utf8))
      let timeline = answer.rooms.joined[try .named("!r")]?.timeline
      #expect(timeline?.map(\.content) == [.message(#"x"]["#), .name("Tea")])
    }
  }

  @Test(arguments: [
    "", "{", String(repeating: "[", count: 100_000), String(repeating: "]", count: 1_000),
    String(repeating: #"{"a":"#, count: 1_000) + String(repeating: "]", count: 1_000) + "}",
  ])
  func whatIsNoJSONIsNoneHoweverDeep(text: String) {
    let error = #expect(throws: MatrixError.self) {
      try WireJSON.decode(SyncAnswer.self, fromAnswer: Array(text.utf8))
    }
    #expect(error?.code == .notJSON || error?.code == .badJSON)
  }

  // MARK: Answers of one room

  @Test func answersOfOneRoomAreReadLeniently() throws {
    let members: MembersAnswer = try decode(#"{"chunk":[7,\#(Self.named)]}"#)
    #expect(members.members == [try Self.name("Tea")])
    let page: MessagesAnswer = try decode(#"{"chunk":[\#(Self.named),[]],"start":"a","end":7,"state":null}"#)
    #expect(page.events == [try Self.name("Tea")] && page.end == nil && page.state.isEmpty)
    #expect(page.start == (try .named("a")))
    let joined: JoinedMembersAnswer = try decode(
      #"{"joined":{"@a:x":{"display_name":"A","avatar_url":null},"b":{},"@c:x":7,"@d:x":{"display_name":7}}}"#
    )
    #expect(joined.members == [try user("@a:x"): Profile(displayName: "A"), try user("@d:x"): Profile()])
  }

  @Test func joinedMembersReadBack() throws {
    let profile = Profile(displayName: "A", avatarURL: "mxc://a/b")
    let bytes = RoomBytes.joinedMembers([(try user("@a:x"), profile), (try user("@b:x"), Profile())])
    let answer = try WireJSON.decode(JoinedMembersAnswer.self, from: bytes)
    #expect(answer.members == [try user("@a:x"): profile, try user("@b:x"): Profile()])
  }

  @Test func thePublicListReadsBack() throws {
    let text =
      ##"{"chunk":[{"avatar_url":"mxc://a/b","canonical_alias":"#r:x","guest_can_join":true,"join_rule":"public","##
      + #""name":"Tea","num_joined_members":5,"room_id":"!r:x","room_type":"m.space","topic":"t","#
      + #""world_readable":true},{"guest_can_join":false,"num_joined_members":0,"room_id":"!s","#
      + #""world_readable":false}],"next_batch":"n","prev_batch":"p","total_room_count_estimate":2}"#
    let answer: PublicRoomsAnswer = try decode(text)
    #expect(answer.rooms.count == 2)
    #expect(json(answer) == text)
    let odd: PublicRoomsAnswer = try decode(
      #"{"chunk":[7,{"name":"x"},{"room_id":"!s","num_joined_members":"5","canonical_alias":"s"}],"next_batch":""}"#
    )
    #expect(odd == PublicRoomsAnswer(rooms: [PublicRoom(try .named("!s"), joinedCount: 0)]))
  }
}
