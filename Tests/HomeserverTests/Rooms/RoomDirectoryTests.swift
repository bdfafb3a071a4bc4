import MatrixWire
import PorchlightTestSupport
import Testing

/// Aliases, and the list of rooms everybody may find.
struct RoomDirectoryTests {
  private let client: RoomClient

  init() throws { client = try RoomClient() }

  private func id(_ room: String) -> String { String(room.dropFirst(6)) }

  private func anonymous(_ path: String, query: [String: String] = [:]) throws -> Answer {
    try client.testClient.send(
      .get, "v3/\(path)", query: query.map { WireRequest.QueryItem($0.key, $0.value) })
  }

  // MARK: Aliases

  @Test func anAliasStandsForARoom() throws {
    let hall = try client.room(joined: ["bob"])
    let path = "directory/room/#hall:harbor.example"
    let body = #"{"room_id":"\#(id(hall))"}"#
    #expect(try anonymous(path).code == "404 M_NOT_FOUND")
    #expect(try client.done("bob", .put, path, body).text == "{}")
    #expect(try anonymous(path).text == #"{"room_id":"\#(id(hall))","servers":["harbor.example"]}"#)
    #expect(
      try client.done("ann", .get, "\(hall)/aliases").text == ##"{"aliases":["#hall:harbor.example"]}"##)
    #expect(try client.ask("cid", .delete, path).code == "403 M_FORBIDDEN")
    #expect(try client.done("bob", .delete, path).text == "{}")
    #expect(try client.ask("bob", .delete, path).code == "404 M_NOT_FOUND")
    #expect(try client.done("ann", .get, "\(hall)/aliases").text == #"{"aliases":[]}"#)
  }

  @Test func anAliasThatIsTakenOrElsewhereIsRefused() throws {
    let hall = try client.room(#"{"room_alias_name":"hall"}"#)
    let body = #"{"room_id":"\#(id(hall))"}"#
    #expect(try client.ask("ann", .put, "directory/room/#hall:harbor.example", body).code == "409 M_UNKNOWN")
    #expect(
      try client.ask("ann", .put, "directory/room/#hall:elsewhere.example", body).code
        == "400 M_INVALID_PARAM")
    #expect(try client.ask("ann", .put, "directory/room/hall", body).code == "400 M_INVALID_PARAM")
    #expect(
      try client.ask("ann", .put, "directory/room/#other:harbor.example", "{}").code == "400 M_MISSING_PARAM")
    #expect(try anonymous("directory/room/#hall:elsewhere.example").code == "404 M_NOT_FOUND")
  }

  @Test func onlyMembersGiveAnAlias() throws {
    let hall = try client.room()
    let path = "directory/room/#hall:harbor.example"
    let refused = try client.ask("bob", .put, path, #"{"room_id":"\#(id(hall))"}"#)
    #expect(refused.code == "403 M_FORBIDDEN")
    let none = try client.ask("bob", .put, path, #"{"room_id":"!none:harbor.example"}"#)
    #expect(none.code == "403 M_FORBIDDEN")
  }

  // MARK: One room in the list

  @Test func whoMaySaysWhetherTheListHasARoom() throws {
    let hall = try client.room(joined: ["bob"])
    let path = "directory/list/room/\(id(hall))"
    #expect(try client.done("bob", .get, path).text == #"{"visibility":"private"}"#)
    #expect(try client.ask("bob", .put, path, #"{"visibility":"public"}"#).code == "403 M_FORBIDDEN")
    #expect(try client.done("ann", .put, path, "").text == "{}")
    #expect(try anonymous(path).text == #"{"visibility":"public"}"#)
    #expect(try client.done("ann", .put, path, #"{"visibility":"private"}"#).text == "{}")
    #expect(try client.ask("ann", .put, path, #"{"visibility":"x"}"#).code == "400 M_BAD_JSON")
  }

  @Test func aRoomThatIsNotInTheListIsThereForMembersOnly() throws {
    let hall = try client.room()
    for room in [id(hall), "!none:harbor.example"] {
      let path = "directory/list/room/\(room)"
      #expect(try anonymous(path).code == "404 M_NOT_FOUND")
      #expect(try client.ask("bob", .get, path).code == "404 M_NOT_FOUND")
      #expect(try client.ask("bob", .put, path).code == "403 M_FORBIDDEN")
    }
  }

  // MARK: The list

  private func list(_ body: String) throws -> PublicRoomsAnswer {
    try client.done("cid", .post, "publicRooms", body).decoded()
  }

  @Test func theListHasPublicRoomsTheLargestFirst() throws {
    _ = try client.room(#"{"name":"Secret"}"#)
    let small = try client.room(#"{"visibility":"public","name":"Small"}"#)
    let large = try client.room(
      #"{"visibility":"public","name":"Large","topic":"Tea","room_alias_name":"large"}"#, joined: ["bob"])
    let all = try list("{}")
    #expect(all.rooms.map(\.roomID.rawValue) == [id(large), id(small)])
    #expect(all.total == 2 && all.nextBatch == nil && all.prevBatch == nil)
    let first = try all.rooms.first.orThrow("a room")
    #expect(first.name == "Large" && first.topic == "Tea" && first.joinedCount == 2)
    #expect(first.canonicalAlias?.rawValue == "#large:harbor.example" && first.joinRule == "public")
    #expect(!first.isWorldReadable && !first.guestsCanJoin)
    #expect(try anonymous("publicRooms").decoded(PublicRoomsAnswer.self) == all)
  }

  @Test func theListFollowsWhoComesAndGoes() throws {
    let rooms = try (0..<3).map { _ in try client.room(#"{"preset":"public_chat","visibility":"public"}"#) }
    func order() throws -> [Int?] {
      try list("{}").rooms.map { room in rooms.firstIndex { id($0) == room.roomID.rawValue } }
    }
    try client.done("bob", .post, "\(rooms[2])/join")
    try client.done("cid", .post, "\(rooms[2])/join")
    try client.done("bob", .post, "\(rooms[1])/join")
    #expect(try order() == [2, 1, 0])
    for user in ["bob", "cid"] { try client.done(user, .post, "\(rooms[2])/leave") }
    try client.done("cid", .post, "\(rooms[0])/join")
    try client.done("cid", .post, "\(rooms[1])/join")
    #expect(try order() == [1, 0, 2])
    let listing = "directory/list/room/\(id(rooms[1]))"
    try client.done("ann", .put, listing, #"{"visibility":"private"}"#)
    #expect(try order() == [0, 2])
    try client.done("ann", .put, listing, #"{"visibility":"public"}"#)
    #expect(try order() == [1, 0, 2])
  }

  @Test func theListIsReadInPages() throws {
    for number in 0..<5 { _ = try client.room(#"{"visibility":"public","name":"Room \#(number)"}"#) }
    var (names, since): ([String?], SyncToken?) = ([], nil)
    repeat {
      let more = since.map { #","since":"\#($0)""# } ?? ""
      let page = try list(#"{"limit":2\#(more)}"#)
      #expect(page.rooms.count <= 2 && page.total == 5)
      #expect((page.prevBatch == nil) == (since == nil))
      names += page.rooms.map(\.name)
      since = page.nextBatch
    } while since != nil
    #expect(Set(names).count == 5 && names.count == 5)
    #expect(
      try anonymous("publicRooms", query: ["limit": "3"]).decoded(PublicRoomsAnswer.self).rooms.count == 3)
    #expect(try anonymous("publicRooms", query: ["limit": "x"]).code == "400 M_INVALID_PARAM")
    for since in ["x", "l-1", "l99999999999999999999"] {
      #expect(try anonymous("publicRooms", query: ["since": since]).code == "400 M_INVALID_PARAM")
    }
  }

  @Test func aListThatBecameShorterEndsWhereAPageBegins() throws {
    let rooms = try (0..<3).map { try client.room(#"{"visibility":"public","name":"\#($0)"}"#) }
    let since = try list(#"{"limit":2}"#).nextBatch.orThrow("a second page").rawValue
    for room in rooms.dropFirst() {
      try client.done("ann", .put, "directory/list/room/\(id(room))", #"{"visibility":"private"}"#)
    }
    let page = try list(#"{"since":"\#(since)"}"#)
    #expect(page.rooms.isEmpty && page.total == 1)
    #expect(page.nextBatch == nil && page.prevBatch != nil)
  }

  @Test func theListIsFiltered() throws {
    _ = try client.room(#"{"visibility":"public","name":"Tea"}"#)
    _ = try client.room(#"{"visibility":"public","topic":"About tea"}"#)
    _ = try client.room(#"{"visibility":"public","room_alias_name":"teapot"}"#)
    _ = try client.room(#"{"visibility":"public","name":"Space","creation_content":{"type":"m.space"}}"#)
    #expect(try list(#"{"filter":{"generic_search_term":"TEA"}}"#).rooms.count == 3)
    #expect(try list(#"{"filter":{"room_types":["m.space"]}}"#).rooms.map(\.name) == ["Space"])
    #expect(try list(#"{"filter":{"room_types":[null]}}"#).rooms.count == 3)
    #expect(try list(#"{"filter":{"room_types":[]}}"#).rooms.isEmpty)
    #expect(try list(#"{"third_party_instance_id":"irc"}"#).rooms.isEmpty)
  }

  @Test func theListsOfOtherServersAreNotAsked() throws {
    #expect(try anonymous("publicRooms", query: ["server": "harbor.example"]).code == "200 -")
    #expect(try anonymous("publicRooms", query: ["server": "elsewhere.example"]).code == "403 M_FORBIDDEN")
    #expect(
      try client.ask("ann", .post, "publicRooms", "{}", query: ["server": "elsewhere.example"]).code
        == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .post, "publicRooms", "[]").code == "400 M_BAD_JSON")
  }
}
