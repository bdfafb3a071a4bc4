import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Changes to contacts by rooms, of which a part fails.
struct OrdinaryContactTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }
  private static let refusal = #"{"errcode":"M_FORBIDDEN","error":"no"}"#

  init() throws {
    scene = try OrdinaryScene()
    server.reply("PUT m.direct", with: "{}")
    server.reply("GET m.direct", with: #"{"errcode":"M_NOT_FOUND","error":"none"}"#, status: 404)
    server.reply("POST leave", with: "{}")
    server.reply("POST createRoom", with: #"{"room_id":"!new:plain.example"}"#)
  }

  private func member(_ user: UserID, _ content: String, by sender: UserID? = nil) -> String {
    #"{"type":"m.room.member","sender":"\#(sender ?? user)","state_key":"\#(user)","content":\#(content)}"#
  }

  private func invited(to room: String) -> String {
    let invite = member(scene.ann, #"{"membership":"invite","is_direct":true}"#, by: scene.bob)
    return #""!\#(room):plain.example":{"invite_state":{"events":[\#(invite)]}}"#
  }

  private func direct(_ rooms: String...) -> String {
    #"{"\#(scene.bob)":[\#(rooms.map { "\"!\($0):plain.example\"" }.joined(separator: ","))]}"#
  }

  /// What is told first of a room.
  private func joined(_ room: String, _ events: [String]) -> String {
    #""!\#(room):plain.example":{"state":{"events":[\#(events.joined(separator: ","))]}}"#
  }

  private var noted: [String] {
    server.requests("PUT m.direct").map { String(decoding: $0.body, as: UTF8.self) }
  }

  private func perform(_ change: ContactChange, by source: RoomRosterSource) throws {
    try scene.perform(.change(change), by: source)
  }

  // MARK: Removing

  @Test func aRoomWithOthersIsNotLeft() throws {
    let join = #"{"membership":"join"}"#
    let rooms = [
      joined("two", [member(scene.ann, join), member(scene.bob, join)]),
      joined("all", [scene.ann, scene.bob, scene.far].map { member($0, join) }),
    ]
    server.tell(
      #""rooms":{"join":{\#(rooms.joined(separator: ","))}},"#
        + #""account_data":{"events":[{"type":"m.direct","content":\#(direct("two", "all"))}]}"#)
    server.reply("GET m.direct", with: direct("two", "all"))
    let (source, _) = try scene.start()
    try perform(.remove(scene.bob), by: source)
    #expect(server.requests("POST leave").map { $0.path.contains("!two:plain.example") } == [true])
    #expect(noted == ["{}"])
  }

  @Test func whatCannotBeLeftStaysNotedAndIsTriedAgain() throws {
    server.tell(scene.chats(with: [scene.bob]))
    server.reply("GET m.direct", with: direct("r0"))
    server.reply("POST leave", with: "", status: 502)
    let (source, _) = try scene.start()
    #expect(throws: SDKError.self) { try perform(.remove(scene.bob), by: source) }
    #expect(noted.isEmpty)
    server.reply("POST leave", with: "{}")
    try perform(.remove(scene.bob), by: source)
    #expect(noted == ["{}"])
  }

  // MARK: Inviting

  @Test func aRoomThatCouldNotBeNotedIsNotMadeTwice() throws {
    server.reply("PUT m.direct", with: "", status: 502)
    let (source, _) = try scene.start()
    #expect(throws: SDKError.self) { try perform(.invite(scene.bob), by: source) }
    server.reply("PUT m.direct", with: "{}")
    try perform(.invite(scene.bob), by: source)
    #expect(server.requests("POST createRoom").count == 1)
    #expect(noted.last == direct("new"))
  }

  @Test func aRoomWhoseAnswerWasLostIsFoundInTheStream() throws {
    server.reply("POST createRoom", with: "", status: 502)
    let (source, _) = try scene.start()
    #expect(throws: SDKError.self) { try perform(.invite(scene.bob), by: source) }
    let events = [
      member(scene.ann, #"{"membership":"join"}"#),
      member(scene.bob, #"{"membership":"invite","is_direct":true}"#, by: scene.ann),
    ]
    server.tell(#""rooms":{"join":{\#(joined("lost", events))}}"#)
    simulation.advance(by: .seconds(1))
    try perform(.invite(scene.bob), by: source)
    #expect(server.requests("POST createRoom").count == 1)
    #expect(noted == [direct("lost")])
  }

  // MARK: Accepting

  @Test func oneInvitationThatIsNotGoodKeepsFromNoOther() throws {
    server.tell(#""rooms":{"invite":{\#(invited(to: "a")),\#(invited(to: "b"))}}"#)
    server.reply("POST !a:plain.example", with: Self.refusal, status: 403)
    server.reply("POST !b:plain.example", with: #"{"room_id":"!b:plain.example"}"#)
    server.reply("PUT m.direct") { [server] request in
      server.reply("GET m.direct", with: String(decoding: request.body, as: UTF8.self))
      return WireResponse(status: 200, body: Array("{}".utf8))
    }
    let (source, _) = try scene.start()
    try perform(.accept(scene.bob), by: source)
    #expect(server.requests("POST !b:plain.example").count == 1)
    #expect(noted.last == direct("b"))
  }

  @Test func anInvitationIsNotedBeforeTheRoomIsJoined() throws {
    server.tell(#""rooms":{"invite":{\#(invited(to: "a"))}}"#)
    server.reply("PUT m.direct", with: "", status: 502)
    let (source, _) = try scene.start()
    #expect(throws: SDKError.self) { try perform(.accept(scene.bob), by: source) }
    #expect(server.requests("POST !a:plain.example").isEmpty)
  }

  @Test func aRoomOfManyIsNoDirectOne() throws {
    server.tell(#""rooms":{"invite":{\#(invited(to: "a"))}}"#)
    server.reply("POST !a:plain.example", with: #"{"room_id":"!a:plain.example"}"#)
    server.reply("GET m.direct", with: direct("a"))
    let all = [scene.ann, scene.bob, scene.far].map { "\"\($0)\":{}" }.joined(separator: ",")
    server.reply("GET joined_members", with: "{\"joined\":{\(all)}}")
    let (source, _) = try scene.start()
    try perform(.accept(scene.bob), by: source)
    #expect(noted == ["{}"])
  }

  // MARK: Reading

  @Test func aChangeNeedsNoTraces() throws {
    server.tell(scene.chats(with: [scene.bob]))
    let source = RoomRosterSource(scene.session, .plain, isReading: true, seed: 1)
    server.reply("GET m.direct", with: direct("r0"))
    try perform(.remove(scene.bob), by: source)
    #expect(server.polls.count == 1)
  }

  @Test func aRosterWithoutTracesIsOneToo() throws {
    let first = "{\"next_batch\":\"s1\",\(scene.chats(with: [scene.bob]))}"
    server.reply("GET sync") { request in
      let isTraced = request.query("filter")?.contains("m.typing") == true
      return WireResponse(status: isTraced ? 414 : 200, body: Array((isTraced ? "" : first).utf8))
    }
    let source = RoomRosterSource(scene.session, .plain, isReading: true, seed: 1)
    let roster = try simulation.run { try await source.read() }
    #expect(roster.contact(scene.bob) != nil)
  }

  @Test func theFilterOfManyRoomsFitsIntoAnAddress() throws {
    let users = try (0..<300).map { try #require(UserID("@user\($0):plain.example")) }
    server.tell(scene.chats(with: users))
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    _ = try scene.start()
    let filter = try #require(server.polls.compactMap { $0.query("filter") }.last { $0.contains("m.typing") })
    #expect(filter.split(separator: "!r").count - 1 == 80)
    #expect(PercentEncoding.encode(filter).utf8.count < 8000)
  }

  /// As a server of this project says that it has lost count of presence.
  @Test func whatIsCompleteOfPresenceAloneTakesNoContactAway() throws {
    let here = #"{"presence":"online"}"#
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here), (scene.bob, here)]))
    let (_, roster) = try scene.start()
    let events = #"[{"type":"m.presence","sender":"\#(scene.ann)","content":\#(here)}]"#
    server.tell("\"\(UnstablePrefix.key("complete"))\":true,\"presence\":{\"events\":\(events)}")
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    simulation.advance(by: .seconds(1))
    let contact = try #require(roster.value?.contact(scene.bob))
    #expect(contact.state == .offline)
    #expect(roster.value?.rooms.rooms.count == 1)
  }
}
