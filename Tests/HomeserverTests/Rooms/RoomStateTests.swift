import MatrixWire
import PorchlightTestSupport
import Testing

/// State and members of rooms.
struct RoomStateTests {
  private let client: RoomClient
  private let hall: String

  init() throws {
    client = try RoomClient()
    hall = try client.room(#"{"preset":"public_chat","name":"Hall"}"#, joined: ["bob"])
  }

  @Test(arguments: ["m.room.topic", "m.room.topic/"])
  func theEmptyKeyMayBeLeftOut(path: String) throws {
    let event = try client.done("ann", .put, "\(hall)/state/\(path)", #"{"topic":"tea"}"#)
      .decoded(EventIDAnswer.self).eventID
    for path in ["m.room.topic", "m.room.topic/"] {
      #expect(try client.done("bob", .get, "\(hall)/state/\(path)").text == #"{"topic":"tea"}"#)
      let whole = try client.done("bob", .get, "\(hall)/state/\(path)", query: ["format": "event"])
      #expect(try whole.decoded(RoomEvent.self).eventID == event)
    }
    let again = try client.done("ann", .put, "\(hall)/state/m.room.topic", #"{"topic":"tea"}"#)
    #expect(try again.decoded(EventIDAnswer.self).eventID == event)
  }

  @Test func stateHasKeys() throws {
    try client.done("ann", .put, "\(hall)/state/m.x/one", #"{"n":1}"#)
    try client.done("ann", .put, "\(hall)/state/m.x/two", #"{"n":2}"#)
    #expect(try client.done("bob", .get, "\(hall)/state/m.x/one").text == #"{"n":1}"#)
    #expect(try client.ask("bob", .get, "\(hall)/state/m.x").code == "404 M_NOT_FOUND")
    #expect(try client.ask("bob", .get, "\(hall)/state/m.x/three").code == "404 M_NOT_FOUND")
    #expect(try client.ask("bob", .get, "\(hall)/state/m.room.member/nobody").code == "404 M_NOT_FOUND")
    let all = try client.done("bob", .get, "\(hall)/state").decoded([RoomEvent].self)
    #expect(all.filter { $0.type == "m.x" }.compactMap(\.stateKey).sorted() == ["one", "two"])
    #expect(all.allSatisfy { $0.roomID?.rawValue == String(hall.dropFirst(6)) })
  }

  @Test(arguments: [
    ("", "400 M_NOT_JSON"), ("[]", "400 M_BAD_JSON"), (#"{"n":0.5}"#, "400 M_BAD_JSON"),
  ])
  func onlyContentThatIsOneIsTaken(body: String, expected: String) throws {
    #expect(try client.ask("ann", .put, "\(hall)/state/m.x", body).code == expected)
    #expect(try client.ask("ann", .post, "\(hall)/send/m.x", body).code == expected)
  }

  @Test func stateTakesPowerAndItsRulesHold() throws {
    #expect(
      try client.ask("bob", .put, "\(hall)/state/m.room.name", #"{"name":"x"}"#).code == "403 M_FORBIDDEN")
    #expect(
      try client.ask("ann", .put, "\(hall)/state/m.x/@bob:harbor.example", "{}").code == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .put, "\(hall)/state/m.room.redaction", "{}").code == "400 M_INVALID_PARAM")
    #expect(
      try client.ask("ann", .get, "\(hall)/state/m.room.name", query: ["format": "x"]).code
        == "400 M_INVALID_PARAM")
    let long = String(repeating: "x", count: 256)
    #expect(try client.ask("ann", .put, "\(hall)/state/\(long)", "{}").code == "400 M_TOO_LARGE")
  }

  @Test func aMembershipIsSetAsState() throws {
    try client.done("bob", .put, "profile/@bob:harbor.example/displayname", #"{"displayname":"Bob"}"#)
    let own = "\(hall)/state/m.room.member/@bob:harbor.example"
    try client.done("bob", .put, own, #"{"membership":"join","m.x":1}"#)
    let content = try client.done("ann", .get, own).text
    #expect(content == #"{"avatar_url":null,"displayname":"Bob","m.x":1,"membership":"join"}"#)
    try client.done("bob", .put, own, #"{"membership":"join","displayname":"Room Bob"}"#)
    #expect(try client.done("ann", .get, own).text.contains("Room Bob"))
    try client.done("bob", .put, own, #"{"membership":"leave"}"#)
    #expect(try client.ask("bob", .get, "\(hall)/joined_members").code == "403 M_FORBIDDEN")
    try client.done("cid", .put, "\(hall)/state/m.room.member/@cid:harbor.example", #"{"membership":"join"}"#)
    #expect(try client.ask("ann", .put, own, #"{"membership":"join"}"#).code == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .put, own, #"{"membership":"gone"}"#).code == "400 M_BAD_JSON")
    #expect(
      try client.ask("ann", .put, "\(hall)/state/m.room.member/bob", #"{"membership":"invite"}"#).code
        == "400 M_INVALID_PARAM")
  }

  @Test(arguments: ["@cid:harbor.example", "@bob:harbor.example", "bob", "@x:elsewhere.example"])
  func nobodyLearnsOfARoomByMembershipsAsState(user: String) throws {
    let closed = try client.room(joined: ["bob"])
    for membership in ["join", "knock", "invite", "leave", "ban", "gone"] {
      let answers = try [closed, "rooms/!none:harbor.example"].map { room in
        try client.ask(
          "cid", .put, "\(room)/state/m.room.member/\(user)", #"{"membership":"\#(membership)"}"#
        ).text.replacing(room.dropFirst(6), with: "")
      }
      #expect(answers[0] == answers[1] && answers[0].contains("M_FORBIDDEN"))
    }
  }

  // MARK: Members

  @Test func membersAreToldByTheirMembership() throws {
    try client.done("ann", .post, "\(hall)/invite", #"{"user_id":"@cid:harbor.example"}"#)
    func members(_ query: [String: String]) throws -> [String] {
      try client.done("ann", .get, "\(hall)/members", query: query).decoded(MembersAnswer.self).members
        .compactMap(\.stateKey)
    }
    let (ann, bob, cid) = (RoomClient.id("ann"), RoomClient.id("bob"), RoomClient.id("cid"))
    #expect(try members([:]) == [ann, bob, cid])
    #expect(try members(["membership": "join"]) == [ann, bob])
    #expect(try members(["not_membership": "join"]) == [cid])
    #expect(try members(["membership": "ban"]) == [])
    #expect(
      try client.ask("ann", .get, "\(hall)/members", query: ["membership": "x"]).code
        == "400 M_INVALID_PARAM")
    #expect(try client.ask("ann", .get, "\(hall)/members", query: ["at": "x"]).code == "400 M_INVALID_PARAM")
  }

  @Test func membersAreToldAsOfAPosition() throws {
    let page = try client.done("ann", .get, "\(hall)/messages", query: ["dir": "b", "limit": "0"])
    let position = try page.decoded(MessagesAnswer.self).start.orThrow("a position").rawValue
    try client.done("cid", .post, "\(hall)/join")
    let members = try client.done("ann", .get, "\(hall)/members", query: ["at": position])
      .decoded(MembersAnswer.self).members.compactMap(\.stateKey)
    #expect(members.sorted() == [RoomClient.id("ann"), RoomClient.id("bob")])
  }

  @Test func theFirstVersionHasItsOwnForm() throws {
    let members = try client.done("ann", .get, "\(hall)/members", version: "api/v1").text
    #expect(members.contains(#""start":"t"#) && members.contains(#""end":"t"#))
    #expect(members.contains(#""user_id":"@ann:harbor.example""#))
    let today = try client.done("ann", .get, "\(hall)/members").text
    #expect(!today.contains(#""start""#) && !today.contains(#""user_id""#))
  }

  @Test func whoIsThereIsToldWithNameAndPicture() throws {
    try client.done("bob", .put, "profile/@bob:harbor.example/displayname", #"{"displayname":"Bob"}"#)
    let own = "\(hall)/state/m.room.member/@bob:harbor.example"
    try client.done("bob", .put, own, #"{"membership":"join"}"#)
    let answer = try client.done("ann", .get, "\(hall)/joined_members").text
    let ann = #""@ann:harbor.example":{"avatar_url":null,"display_name":null}"#
    let bob = #""@bob:harbor.example":{"avatar_url":null,"display_name":"Bob"}"#
    #expect(answer == #"{"joined":{\#(ann),\#(bob)}}"#)
  }
}
