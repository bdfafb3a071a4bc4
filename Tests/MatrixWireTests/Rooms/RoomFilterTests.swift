import MatrixWire
import Testing

/// What a filter says of rooms (Matrix specification, client-server API, "RoomFilter", "RoomEventFilter").
struct RoomFilterTests {
  private static func read(_ text: String) throws -> SyncFilter { try SyncFilter(parsing: Array(text.utf8)) }

  /// A filter with everything in it reads back, fresh and from the store.
  @Test(arguments: [
    #"{"room":{"account_data":{"types":[]},"ephemeral":{"not_types":["*"]},"#
      + #""include_leave":true,"not_rooms":["!c:x"],"rooms":["!a:x","!b"],"#
      + #""state":{"include_redundant_members":true,"lazy_load_members":true},"#
      + #""timeline":{"contains_url":false,"limit":0,"not_rooms":["!b"],"not_senders":["@b:x"],"rooms":[],"#
      + #""senders":["@a:x"],"types":["m.*"],"unread_thread_notifications":true}}}"#,
    #"{"event_fields":["type","content.body"],"event_format":"federation"}"#, #"{"event_fields":[]}"#,
    #"{"room":{"rooms":[]}}"#,
  ])
  func aFilterReadsBackAsItWasWritten(text: String) throws {
    let filter = try Self.read(text)
    #expect(json(filter) == text)
    #expect(SyncFilter(accepted: Array(text.utf8)) == filter)
    #expect(filter != .everything)
  }

  @Test func whatIsAbsentHasItsDefault() throws {
    let filter = try Self.read("{}")
    #expect(filter.room == .everything)
    #expect(!filter.room.includesLeft)
    let timeline = filter.room.timeline
    #expect(timeline.limit == nil && timeline.containsURL == nil)
    #expect(!timeline.lazyLoadsMembers && !timeline.includesRedundantMembers && !timeline.countsUnreadThreads)
    #expect(filter.eventFields == nil && filter.eventFormat == .client)
  }

  /// Accepted before rooms were looked at; each malformed part lets pass by itself what it is about.
  @Test(arguments: [
    (#""room":7"#, true, true), (#""room":{"rooms":[7],"timeline":{"types":[]}}"#, true, false),
    (#""room":{"rooms":[],"timeline":{"types":7}}"#, false, true),
    (#""room":{"rooms":[],"state":7,"include_leave":1,"not_rooms":"x"},"event_fields":3"#, false, true),
  ])
  func whatIsMalformedInAStoredFilterPasses(text: String, room: Bool, timeline: Bool) throws {
    let filter = SyncFilter(accepted: Array("{\(text)}".utf8))
    #expect(filter.room.allows(room: try .named("!a:x")) == room)
    #expect(filter.room.timeline.blocksEverything != timeline)
    #expect(!filter.room.includesLeft)
  }

  @Test(arguments: [
    ("{}", true), (#"{"rooms":["!a:x"]}"#, true), (#"{"rooms":["!b:x"]}"#, false), (#"{"rooms":[]}"#, false),
    (#"{"not_rooms":["!a:x"]}"#, false), (#"{"rooms":["!a:x"],"not_rooms":["!a:x"]}"#, false),
    (#"{"not_rooms":["!b:x"]}"#, true), (#"{"rooms":["!A:x"]}"#, false),
  ])
  func roomsSelect(lists: String, passes: Bool) throws {
    let room = try RoomID.named("!a:x")
    #expect(try Self.read(#"{"room":\#(lists)}"#).room.allows(room: room) == passes)
    let section = try Self.read(#"{"room":{"state":\#(lists)}}"#).room.state
    #expect(section.allows(room: room) == passes)
    #expect(try RoomEventFilter(parsing: Array(lists.utf8)) == section)
  }

  @Test(arguments: [(Bool?.none, true, true), (true, true, false), (false, false, true)])
  func aURLSelects(wanted: Bool?, with: Bool, without: Bool) throws {
    let filter = RoomEventFilter(containsURL: wanted)
    let (type, sender) = (Array("m.room.message".utf8), try user("@a:x"))
    #expect(filter.allows(type: type, from: sender, hasURL: true) == with)
    #expect(filter.allows(type: type, from: sender, hasURL: false) == without)
  }

  @Test(arguments: [
    (#"{"types":[]}"#, true), (#"{"senders":[]}"#, true), (#"{"rooms":[]}"#, true),
    (#"{"not_types":["*"]}"#, true), (#"{"not_types":["m.x","***"]}"#, true), (#"{"not_types":[""]}"#, false),
    (#"{"not_types":["m.*"]}"#, false), (#"{"types":[""]}"#, false), (#"{"limit":0}"#, false), ("{}", false),
  ])
  func aFilterThatBlocksEverythingSaysSo(text: String, blocks: Bool) throws {
    #expect(try RoomEventFilter(parsing: Array(text.utf8)).blocksEverything == blocks)
  }

  @Test(arguments: [
    (#"{"limit":"1"}"#, "M_BAD_JSON", "The filter's 'filter.limit' is not an integer of 0 or more."),
    ("[", "M_NOT_JSON", nil), ("7", "M_BAD_JSON", "The filter's 'filter' is not an object."),
    (
      #"{"lazy_load_members":"true"}"#, "M_BAD_JSON",
      "The filter's 'filter.lazy_load_members' is not true or false."
    ),
  ])
  func aMalformedFilterOfAQueryIsRefused(text: String, code: String, message: String?) {
    let error = #expect(throws: MatrixError.self) { try RoomEventFilter(parsing: Array(text.utf8)) }
    #expect(error?.code.rawValue == code)
    if let message { #expect(error?.message == message) }
  }
}
