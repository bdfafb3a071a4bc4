import MatrixWire
import Testing

/// Requests of a client to rooms.
struct RoomAPITests {
  private static func shown(_ request: WireRequest) -> String {
    let body = String(decoding: request.body, as: UTF8.self)
    return "\(request.method.rawValue) \(request.target.replacing("/_matrix/client/v3/", with: "")) \(body)"
  }

  @Test func everyRequestHasItsPathAndItsBody() throws {
    let (room, alias, bob) = (try RoomID.named("!r:x"), try RoomAlias.named("#r:x"), try user("@b:x"))
    let requests = [
      ClientAPI.createRoom(CreateRoomRequest(name: "Tea")), ClientAPI.join(room), ClientAPI.join(alias),
      ClientAPI.leave(room), ClientAPI.leave(room, reason: "bye"), ClientAPI.invite(bob, to: room),
      ClientAPI.joinedRooms(), ClientAPI.joinedMembers(of: room), ClientAPI.members(of: room),
      ClientAPI.members(of: room, .join), ClientAPI.room(of: alias),
      ClientAPI.publicRooms(PublicRoomsRequest(searchTerm: "tea")),
      ClientAPI.send(["body": "hi"], ofType: "m.x/y", to: room, transaction: "1"),
    ]
    #expect(
      requests.map(Self.shown) == [
        #"POST createRoom {"name":"Tea"}"#, "POST join/%21r%3Ax {}", "POST join/%23r%3Ax {}",
        "POST rooms/%21r%3Ax/leave {}", #"POST rooms/%21r%3Ax/leave {"reason":"bye"}"#,
        #"POST rooms/%21r%3Ax/invite {"user_id":"@b:x"}"#, "GET joined_rooms ",
        "GET rooms/%21r%3Ax/joined_members ", "GET rooms/%21r%3Ax/members ",
        "GET rooms/%21r%3Ax/members?membership=join ", "GET directory/room/%23r%3Ax ",
        #"POST publicRooms {"filter":{"generic_search_term":"tea"}}"#,
        #"PUT rooms/%21r%3Ax/send/m.x%2Fy/1 {"body":"hi"}"#,
      ])
  }
}
