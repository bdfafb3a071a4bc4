import MatrixWire
import Testing

/// Answers with rooms in them.
struct RoomAnswerTests {
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func event(_ id: String) throws -> ViewedEvent {
    ViewedEvent(
      EventBytes(
        ClientEvent(
          eventID: try .named(id), roomID: try .named("!r:x"), type: "t", sender: try user("@a:x"),
          originServerTimestamp: 0, content: bytes("{}"))))
  }

  /// The event as it is written, at the instant 1.
  private static func written(_ id: String, _ form: EventForm = .withRoom) throws -> String {
    text(try event(id).bytes(as: form, now: 1))
  }

  @Test func aJoinedRoomHasEverySection() throws {
    var room = SyncRooms.Room(try .named("!\"r:x"))
    room.state = [try Self.event("$s")]
    room.timeline = [try Self.event("$1"), try Self.event("$2")]
    (room.isLimited, room.prevBatch) = (true, try .named("p"))
    room.accountData = [Self.bytes(#"{"type":"m.tag"}"#)]
    room.ephemeral = [Self.bytes(#"{"type":"m.typing"}"#), Self.bytes(#"{"type":"m.receipt"}"#)]
    room.summary = RoomSummary(heroes: [try user("@b:x")], joinedCount: 2, invitedCount: 0)
    room.unread = UnreadCounts(highlights: 1, notifications: 3)
    var rooms = SyncRooms(now: 1)
    rooms.joined = [room]
    let answer = StreamBytes.sync(nextBatch: try .named("n"), presence: [], rooms: rooms)
    let (state, first, second) = (
      try Self.written("$s", .sync), try Self.written("$1", .sync), try Self.written("$2", .sync)
    )
    #expect(
      Self.text(answer)
        == #"{"account_data":{"events":[]},"next_batch":"n","presence":{"events":[]},"rooms":{"invite":{},"#
        + #""join":{"!\"r:x":{"account_data":{"events":[{"type":"m.tag"}]},"#
        + #""ephemeral":{"events":[{"type":"m.typing"},{"type":"m.receipt"}]},"state":{"events":[\#(state)]},"#
        + #""summary":{"m.heroes":["@b:x"],"m.invited_member_count":0,"m.joined_member_count":2},"#
        + #""timeline":{"events":[\#(first),\#(second)],"limited":true,"prev_batch":"p"},"#
        + #""unread_notifications":{"highlight_count":1,"notification_count":3}}},"leave":{}}}"#)
    #expect(try CanonicalJSON(parsing: answer).bytes == answer)
  }

  @Test func invitesKnocksAndLeftRoomsHaveTheirOwnForm() throws {
    var rooms = SyncRooms(now: 1)
    rooms.invited = [.init(try .named("!i"), state: [Self.bytes("{}"), Self.bytes("{}")])]
    rooms.knocked = [.init(try .named("!k"), state: [])]
    rooms.left = [.init(try .named("!l")), .init(try .named("!m"))]
    let answer = StreamBytes.sync(nextBatch: try .named("n"), presence: [], rooms: rooms)
    let left =
      #"{"account_data":{"events":[]},"state":{"events":[]},"timeline":{"events":[],"limited":false}}"#
    #expect(
      Self.text(answer).hasSuffix(
        #""rooms":{"invite":{"!i":{"invite_state":{"events":[{},{}]}}},"join":{},"#
          + #""knock":{"!k":{"knock_state":{"events":[]}}},"leave":{"!l":\#(left),"!m":\#(left)}}}"#))
    #expect(try CanonicalJSON(parsing: answer).bytes == answer)
  }

  @Test func withoutNewsOfRoomsAnAnswerHasEmptySections() throws {
    let answer = StreamBytes.sync(nextBatch: try .named("n"), presence: [], rooms: SyncRooms(now: 1))
    #expect(answer == StreamBytes.sync(nextBatch: try .named("n"), presence: []))
  }

  @Test func aPageOfMessagesSaysWhereItGoesOn() throws {
    let (start, end) = (try SyncToken.named("a"), try SyncToken.named("b"))
    let (first, second) = (try Self.written("$1"), try Self.written("$2"))
    #expect(
      Self.text(
        RoomBytes.messages(
          start: start, end: end, chunk: [try Self.event("$1"), try Self.event("$2")],
          state: [try Self.event("$1")], now: 1))
        == #"{"chunk":[\#(first),\#(second)],"end":"b","start":"a","state":[\#(first)]}"#)
    #expect(
      Self.text(RoomBytes.messages(start: start, end: nil, chunk: [], now: 1)) == #"{"chunk":[],"start":"a"}"#
    )
  }

  @Test func aContextHasBothSides() throws {
    let answer = RoomBytes.context(
      of: try Self.event("$2"), before: [try Self.event("$1")], after: [try Self.event("$3")],
      state: [], start: try .named("a"), end: try .named("b"), as: .v1, now: 1)
    let (before, event, after) = (
      try Self.written("$1", .v1), try Self.written("$2", .v1), try Self.written("$3", .v1)
    )
    #expect(
      Self.text(answer)
        == #"{"end":"b","event":\#(event),"events_after":[\#(after)],"events_before":[\#(before)],"#
        + #""start":"a","state":[]}"#)
  }

  @Test func membersAndStateAreEvents() throws {
    let (event, members) = (try Self.written("$1"), [try Self.event("$1")])
    let pages = (start: try SyncToken.named("a"), end: try SyncToken.named("b"))
    #expect(Self.text(RoomBytes.members(members, now: 1)) == #"{"chunk":[\#(event)]}"#)
    #expect(
      Self.text(RoomBytes.members(members, pages: pages, now: 1))
        == #"{"chunk":[\#(event)],"end":"b","start":"a"}"#)
    #expect(Self.text(RoomBytes.state(members + members, now: 1)) == "[\(event),\(event)]")
  }

  @Test func joinedMembersHaveBothFieldsAlways() throws {
    let answer = RoomBytes.joinedMembers([
      (try user("@a:x"), Profile(displayName: "\"A\"", avatarURL: "mxc://a/b")),
      (try user("@b:x"), Profile()),
    ])
    #expect(
      Self.text(answer)
        == #"{"joined":{"@a:x":{"avatar_url":"mxc://a/b","display_name":"\"A\""},"#
        + #""@b:x":{"avatar_url":null,"display_name":null}}}"#)
  }

  @Test func aSnapshotSaysWhatTheViewerIsToTheRoom() throws {
    let (start, end) = (try SyncToken.named("a"), try SyncToken.named("b"))
    var room = RoomSnapshot(
      try .named("!r:x"), membership: .invite, visibility: .private, start: start, end: end)
    room.inviter = try user("@a:x")
    room.invite = try Self.event("$i")
    room.state = [try Self.event("$s")]
    room.messages = [try Self.event("$1")]
    room.accountData = [Self.bytes(#"{"type":"m.tag"}"#)]
    room.presence = [Self.bytes(#"{"type":"m.presence"}"#)]
    room.receipts = [Self.bytes(#"{"type":"m.receipt"}"#)]
    let (invite, state, message) = (
      try Self.written("$i", .v1), try Self.written("$s", .v1), try Self.written("$1", .v1)
    )
    let front =
      #"{"account_data":[{"type":"m.tag"}],"invite":\#(invite),"inviter":"@a:x","membership":"invite","#
      + #""messages":{"chunk":[\#(message)],"end":"b","start":"a"}"#
    let back = #","room_id":"!r:x","state":[\#(state)],"visibility":"private"}"#
    let own = #","presence":[{"type":"m.presence"}],"receipts":[{"type":"m.receipt"}]"#
    #expect(Self.text(room.bytes(now: 1)) == front + own + back)
    #expect(Self.text(room.element(now: 1)) == front + back)
    #expect(
      Self.text(
        StreamBytes.initialSync(
          end: end, presence: [], receipts: room.receipts, rooms: [room.element(now: 1)]))
        == #"{"account_data":[],"end":"b","presence":[],"receipts":[{"type":"m.receipt"}],"#
        + #""rooms":[\#(front + back)]}"#)
  }
}
