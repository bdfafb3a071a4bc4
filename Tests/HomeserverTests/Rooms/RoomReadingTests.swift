import MatrixWire
import PorchlightTestSupport
import Testing

/// Pages of messages, single events with what is around them, and rooms as a whole.
struct RoomReadingTests {
  private let client: RoomClient
  private let hall: String

  init() throws {
    client = try RoomClient()
    hall = try client.room(#"{"preset":"public_chat"}"#, joined: ["bob"])
  }

  private func page(
    _ query: [String: String], as name: String = "ann", version: String = "v3"
  ) throws -> MessagesAnswer {
    try client.done(name, .get, "\(hall)/messages", query: query, version: version).decoded()
  }

  private func texts(_ events: [RoomEvent]) -> [String] {
    events.compactMap { if case .message(let text) = $0.content { text } else { nil } }
  }

  private static let onlyMessages = #"{"types":["m.room.message"]}"#

  // MARK: Messages

  @Test(arguments: ["b", "f"])
  func pagesTogetherAreTheWholeTimeline(direction: String) throws {
    for number in 0..<25 { try client.say("\(number)", in: hall) }
    let whole = try page(["dir": direction, "limit": "1000"])
    #expect(whole.end == nil)
    var (pages, from): ([RoomEvent], String?) = ([], nil)
    repeat {
      var query = ["dir": direction, "limit": "7"]
      query["from"] = from
      let next = try page(query)
      #expect(next.events.count <= 7)
      pages += next.events
      from = next.end?.rawValue
    } while from != nil
    #expect(pages.map(\.eventID) == whole.events.map(\.eventID))
    let expected = (0..<25).map(String.init)
    #expect(texts(pages) == (direction == "b" ? expected.reversed() : expected))
  }

  @Test func aPageThatIsFilteredGoesOnWhereItEnded() throws {
    for number in 0..<30 {
      try client.say("\(number)", in: hall, by: number.isMultiple(of: 10) ? "bob" : "ann")
    }
    let filter = #"{"senders":["@bob:harbor.example"],"types":["m.room.message"],"limit":2}"#
    let first = try page(["dir": "b", "filter": filter])
    #expect(texts(first.events) == ["20", "10"])
    let end = try first.end.orThrow("an end").rawValue
    let second = try page(["dir": "b", "filter": filter, "from": end])
    #expect(texts(second.events) == ["0"])
    #expect(second.end == nil)
    for blocked in [#"{"types":[]}"#, #"{"not_rooms":["\#(hall.dropFirst(6))"]}"#] {
      #expect(try page(["dir": "b", "filter": blocked]).events.isEmpty)
    }
  }

  @Test func aPageEndsWhereItIsToldTo() throws {
    try client.say("one", in: hall)
    let middle = try page(["dir": "b", "limit": "0"]).start.orThrow("a start").rawValue
    try client.say("two", in: hall)
    #expect(texts(try page(["dir": "b", "to": middle]).events) == ["two"])
    #expect(texts(try page(["dir": "f", "from": middle]).events) == ["two"])
    let before = try page(["dir": "f", "to": middle, "filter": Self.onlyMessages])
    #expect(texts(before.events) == ["one"])
  }

  @Test func aPageOfNothingIsTheLast() throws {
    try client.say("one", in: hall)
    for (query, count) in [(["limit": "0"], 0), (["filter": #"{"limit":0}"#], 0), (["limit": "1"], 1)] {
      let page = try page(query.merging(["dir": "b"]) { $1 })
      #expect(page.events.count == count)
      #expect((page.end == nil) == (count == 0))
    }
  }

  @Test func theTokensOfStreamsArePositionsToo() throws {
    try client.say("one", in: hall)
    let sync = try client.done("ann", .get, "sync", query: ["timeout": "0"]).decoded(SyncAnswer.self)
    try client.say("two", in: hall)
    let position = sync.nextBatch.rawValue
    #expect(texts(try page(["dir": "f", "from": position]).events) == ["two"])
    #expect(texts(try page(["dir": "b", "from": position]).events) == ["one"])
  }

  @Test func theFirstVersionsAlwaysSayWhereAPageEnds() throws {
    #expect(try page(["dir": "b"]).end == nil)
    for version in ["r0", "api/v1"] {
      let last = try page(["dir": "b", "limit": "100"], version: version)
      let end = try last.end.orThrow("an end").rawValue
      #expect(try page(["dir": "b", "from": end], version: version).events.isEmpty)
    }
    try client.say("old", in: hall)
    let old = try client.done("ann", .get, "\(hall)/messages", query: ["dir": "b"], version: "api/v1").text
    #expect(old.contains(#""user_id":"@ann:harbor.example""#))
  }

  @Test func membersWhoSpeakAreToldWhereTheyAreLoadedLazily() throws {
    try client.say("hello", in: hall, by: "bob")
    let filter = #"{"lazy_load_members":true,"types":["m.room.message"]}"#
    let page = try page(["dir": "b", "filter": filter])
    #expect(page.state.map(\.stateKey) == ["@bob:harbor.example"])
    #expect(try self.page(["dir": "b"]).state.isEmpty)
  }

  @Test(
    arguments: [
      ([:], "400 M_MISSING_PARAM"), (["dir": "x"], "400 M_INVALID_PARAM"),
      (["dir": "b", "from": "x"], "400 M_INVALID_PARAM"),
      (["dir": "b", "to": "t1"], "400 M_INVALID_PARAM"),
      (["dir": "b", "limit": "-1"], "400 M_INVALID_PARAM"), (["dir": "b", "filter": "x"], "400 M_NOT_JSON"),
    ] as [([String: String], String)])
  func aQueryThatIsNoneIsRefused(query: [String: String], expected: String) throws {
    #expect(try client.ask("ann", .get, "\(hall)/messages", query: query).code == expected)
  }

  @Test func aPositionNobodyWasGivenTellsNothingMore() throws {
    let joined = try client.room(
      #"{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}"#
    )
    try client.say("early", in: joined)
    try client.done("bob", .post, "\(joined)/join")
    for from in ["t0000000000000000", "tffffffffffffffff", "p0_0", "p0_0_ffffffffffffffff"] {
      for direction in ["b", "f"] {
        let query = ["dir": direction, "from": from]
        #expect(try client.messages(joined, as: "bob", query).isEmpty)
      }
    }
  }

  // MARK: Single events

  @Test func anEventIsToldWithWhatIsAroundIt() throws {
    let ids = try (0..<9).map { try client.say("\($0)", in: hall) }
    let answer = try client.done("bob", .get, "\(hall)/context/\(ids[4])", query: ["limit": "4"])
    let context = try answer.decoded(Context.self)
    #expect(texts([context.event]) == ["4"])
    #expect(texts(context.before) == ["3", "2"])
    #expect(texts(context.after) == ["5", "6"])
    #expect(context.state.contains { $0.type == "m.room.power_levels" })
    #expect(texts(try page(["dir": "b", "from": context.start, "limit": "1"]).events) == ["1"])
    #expect(texts(try page(["dir": "f", "from": context.end, "limit": "1"]).events) == ["7"])
    let alone = try client.done("bob", .get, "\(hall)/context/\(ids[4])", query: ["limit": "0"])
      .decoded(Context.self)
    #expect(alone.before.isEmpty && alone.after.isEmpty)
  }

  @Test func theContextOfAnEventIsFiltered() throws {
    let event = try client.say("hello", in: hall, by: "bob")
    let lazy = try client.done(
      "ann", .get, "\(hall)/context/\(event)",
      query: ["limit": "0", "filter": #"{"lazy_load_members":true}"#]
    ).decoded(Context.self)
    #expect(lazy.state.filter { $0.type == "m.room.member" }.map(\.stateKey) == ["@bob:harbor.example"])
    let narrow = try client.done(
      "ann", .get, "\(hall)/context/\(event)", query: ["filter": Self.onlyMessages]
    ).decoded(Context.self)
    #expect(narrow.state.isEmpty && narrow.before.isEmpty)
  }

  private struct Context: Decodable {
    let event: RoomEvent
    let before: [RoomEvent]
    let after: [RoomEvent]
    let state: [RoomEvent]
    let start: String
    let end: String

    enum CodingKeys: String, CodingKey {
      case event, state, start, end
      case before = "events_before"
      case after = "events_after"
    }
  }

  @Test func anEventOfAnotherRoomIsNotFound() throws {
    let elsewhere = try client.say("elsewhere", in: try client.room())
    for path in ["event", "context"] {
      #expect(try client.ask("ann", .get, "\(hall)/\(path)/\(elsewhere)").code == "404 M_NOT_FOUND")
      #expect(try client.ask("ann", .get, "\(hall)/\(path)/$nothing").code == "404 M_NOT_FOUND")
    }
    let here = try client.say("here", in: hall)
    #expect(try client.ask("cid", .get, "\(hall)/event/\(here)").code == "404 M_NOT_FOUND")
    let event = try client.done("bob", .get, "\(hall)/event/\(here)").decoded(RoomEvent.self)
    #expect(texts([event]) == ["here"])
    #expect(event.roomID?.rawValue == String(hall.dropFirst(6)))
  }

  // MARK: The whole room

  @Test func aRoomIsToldAsAWhole() throws {
    let event = try client.say("hello", in: hall)
    try client.done("bob", .post, "\(hall)/receipt/m.read/\(event)")
    let own = "user/@ann:harbor.example/\(hall)"
    try client.done("ann", .put, "\(own)/tags/m.favourite", #"{"order":0.5}"#)
    let snapshot = try client.done("ann", .get, "\(hall)/initialSync", query: ["limit": "1"]).text
    #expect(snapshot.contains(#""membership":"join""#) && snapshot.contains(#""visibility":"private""#))
    #expect(snapshot.contains(#""body":"hello""#) && snapshot.contains("m.room.power_levels"))
    #expect(snapshot.contains(#"{"content":{"tags":{"m.favourite":{"order":0.5}}},"type":"m.tag"}"#))
    #expect(snapshot.contains(#""type":"m.receipt""#))
    // Offline members too, with the ages that clients of 2014 read.
    for name in ["ann", "bob"] { #expect(snapshot.contains(#""user_id":"\#(RoomClient.id(name))""#)) }
    #expect(snapshot.ranges(of: #""type":"m.presence""#).count == 2)
  }

  @Test func aRoomThatDoesNotShareTellsNoPresenceOfOthers() throws {
    try client.done(
      "ann", .put, "\(hall)/state/\(RoomPresenceSharing.eventType)", #"{"presence_sharing":"forbid"}"#)
    let snapshot = try client.done("ann", .get, "\(hall)/initialSync").text
    #expect(snapshot.ranges(of: #""type":"m.presence""#).count == 1)
  }
}
