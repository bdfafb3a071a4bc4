import MatrixWire
import Testing

/// Query strings of requests to rooms.
struct RoomQueryTests {
  private static func request(_ items: [(String, String)]) -> WireRequest {
    WireRequest(.get, [], query: items.map { .init($0.0, $0.1) })
  }

  @Test func aPageOfMessagesIsAskedForWithEverything() throws {
    let filter = RoomEventFilter(EventFilter(types: ["m.room.message"]))
    let query = try MessagesQuery(
      Self.request([
        ("from", "a"), ("to", "b"), ("dir", "f"), ("limit", "7"),
        ("filter", #"{"types":["m.room.message"]}"#),
      ]))
    #expect(
      query
        == MessagesQuery(
          from: try .named("a"), to: try .named("b"), direction: .forward, limit: 7, filter: filter))
    #expect(try MessagesQuery(Self.request([("dir", "b")])) == MessagesQuery(direction: .backward, limit: 10))
  }

  @Test(arguments: [
    ("0", 0), ("10", 10), ("1000", 1_000), ("1001", 1_000), ("99999999999999999999999", 1_000), ("007", 7),
  ])
  func aLimitHasALimit(text: String, limit: Int) throws {
    #expect(try MessagesQuery(Self.request([("dir", "b"), ("limit", text)])).limit == limit)
    #expect(try ContextQuery(Self.request([("limit", text)])).limit == limit)
    #expect(try PublicRoomsRequest(query: Self.request([("limit", text)])).limit == min(limit, 500))
  }

  @Test func theFiltersLimitNarrows() throws {
    let items = [("dir", "b"), ("limit", "7"), ("filter", #"{"limit":3}"#)]
    #expect(try MessagesQuery(Self.request(items)).limit == 3)
    #expect(try ContextQuery(Self.request(Array(items.dropFirst()))).limit == 3)
  }

  @Test(
    arguments: [
      ([], "M_MISSING_PARAM"), ([("dir", "x")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("limit", "-1")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("limit", "")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("limit", "+1")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("limit", "1.0")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("from", "")], "M_INVALID_PARAM"),
      ([("dir", "b"), ("filter", "x")], "M_NOT_JSON"),
      ([("dir", "b"), ("filter", #"{"types":7}"#)], "M_BAD_JSON"),
    ] as [([(String, String)], String)])
  func aMalformedPageIsRefused(items: [(String, String)], code: String) {
    let error = #expect(throws: MatrixError.self) { try MessagesQuery(Self.request(items)) }
    #expect(error?.code.rawValue == code)
  }

  @Test(
    arguments: [
      ([], [.join, .invite, .leave, .ban, .knock]), ([("membership", "join")], [.join]),
      ([("not_membership", "leave")], [.join, .invite, .ban, .knock]),
      ([("membership", "leave"), ("not_membership", "leave")], [.join, .invite, .leave, .ban, .knock]),
      ([("membership", "join"), ("not_membership", "invite")], [.join, .leave, .ban, .knock]),
    ] as [([(String, String)], [Membership])])
  func membersAreSelectedByMembership(items: [(String, String)], passing: [Membership]) throws {
    let query = try MembersQuery(Self.request(items))
    #expect(Membership.allCases.filter(query.allows) == passing)
  }

  @Test(arguments: ["membership", "not_membership"]) func anUnknownMembershipIsRefused(name: String) {
    let error = #expect(throws: MatrixError.self) { try MembersQuery(Self.request([(name, "Join")])) }
    #expect(error?.message == "'\(name)' is not one of join, invite, leave, ban, knock.")
  }
}
