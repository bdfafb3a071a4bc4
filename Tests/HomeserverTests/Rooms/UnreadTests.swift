import MatrixWire
import PorchlightTestSupport
import RoomCore
import Testing

@testable import Homeserver

/// What counts as unread is the same before and after a restart.
struct UnreadTests {
  /// What a client that begins is told of a room.
  private func unread(_ world: RoomWorld, _ name: String, in room: RoomID) throws -> UnreadCounts {
    try #require(try world.sync(name).rooms.joined[room]?.unread)
  }

  private func expectSame(
    _ world: RoomWorld, _ store: KeptKeyStore, _ room: RoomID, _ expected: UnreadCounts,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try unread(world, "bob", in: room) == expected, "before", sourceLocation: location)
    let later = try world.restarted(on: store, seed: 2)
    #expect(try unread(later, "bob", in: room) == expected, "after", sourceLocation: location)
  }

  @Test func unreadMessagesAreCountedUntilTheyAreRead() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let bob = try world.user("bob")
    var last: EventID?
    for number in 1...3 { last = try world.say("\(number)", in: id, by: "ann") }
    let mention: CanonicalJSON.Object = ["m.mentions": ["user_ids": [.string(bob.rawValue)]]]
    try world.run(.send(id, type: "m.room.message", content: mention), by: "ann")
    #expect(try world.sync("bob").rooms.joined[id]?.unread == UnreadCounts(highlights: 1, notifications: 4))
    #expect(try world.sync("ann").rooms.joined[id]?.unread == UnreadCounts())
    try world.read(#require(last), in: id, by: "bob")
    #expect(try world.sync("bob").rooms.joined[id]?.unread == UnreadCounts(highlights: 1, notifications: 1))
  }

  @Test func aNewNameLeavesUnreadWhatWasUnread() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    try world.say("hello", in: id, by: "ann")
    let name = try world.client.send(
      .put, "v3/profile/\(world.user("bob"))/displayname", #"{"displayname":"Bob"}"#, as: world.tokens["bob"])
    #expect(name.status == 200)
    let hall = try #require(try world.sync("bob").rooms.joined[id])
    #expect(hall.unread?.notifications == 1)
    #expect(
      hall.stateChanges.contains { event in
        if case .member(_, let content) = event.content { content.displayName == "Bob" } else { false }
      })
  }

  @Test func whatIsNoMessageHidesNone() throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    _ = try unread(world, "bob", in: id)
    for number in 1...3 { try world.say("\(number)", in: id, by: "ann") }
    try world.run(.send(id, type: "m.room.encrypted", content: [:]), by: "ann")
    for number in 1...120 {
      try world.run(.send(id, type: "m.reaction", content: ["n": .integer(Int64(number))]), by: "ann")
    }
    try expectSame(world, store, id, UnreadCounts(notifications: 4))
  }

  @Test func aNewNameIsNoNewComing() throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    _ = try unread(world, "bob", in: id)
    try world.say("hello", in: id, by: "ann")
    try world.run(.setProfile(Profile(displayName: "Bob"), rooms: [id]), by: "bob")
    try expectSame(world, store, id, UnreadCounts(notifications: 1))
  }

  @Test func aRedactionWhileARoomIsReadHidesItFromNobody() throws {
    let answer = try syncWhile(.state)
    #expect(answer.unread == UnreadCounts(notifications: 100))
  }

  @Test func aRedactionWhileMessagesAreReadMakesRoomForAnOlderOne() throws {
    let answer = try syncWhile(.messages)
    #expect(answer.unread == UnreadCounts(notifications: 100))
  }

  /// What Bob is told of a room with 120 messages, of which the last loses its content while the store answers a call.
  private func syncWhile(_ call: HeldStore.Call) throws -> RoomUpdate {
    let store = HeldStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    var last: EventID?
    for number in 1...120 { last = try world.say("\(number)", in: id, by: "ann") }
    let message = try world.stored(#require(last))
    var request = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
    request.accessToken = world.tokens["bob"]
    let (homeserver, box) = (world.client.server.homeserver, Box<WireResponse>())
    store.hold(call)
    let task = world.client.simulation.start { [request] in
      box.set(await homeserver.respond(to: request, from: .inProcess))
    }
    world.client.simulation.drain()
    #expect(box.value == nil)
    try world.run(.redact(message, reason: nil), by: "ann")
    store.letGo()
    world.client.simulation.drain()
    let answer = try WireJSON.decode(SyncAnswer.self, from: #require(box.value).body)
    world.client.simulation.stop(task)
    return try #require(answer.rooms.joined[id])
  }

  @Test func aMessageThatLostItsContentMakesRoomForAnOlderOne() throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    _ = try unread(world, "bob", in: id)
    var last: EventID?
    for number in 1...120 { last = try world.say("\(number)", in: id, by: "ann") }
    let presence = world.client.server.homeserver.presence
    let event = try #require(last)
    let stored = try world.client.simulation.run { try await presence.history.events([event])[event] }
    try world.run(.redact(#require(stored).event, reason: nil), by: "ann")
    try expectSame(world, store, id, UnreadCounts(notifications: 100))
  }

  @Test func aMentionOfAllCountsByThePowerOfItsSender() throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    _ = try unread(world, "bob", in: id)
    try world.run(
      .send(id, type: "m.room.message", content: ["m.mentions": ["room": true]]), by: "ann")
    #expect(try unread(world, "bob", in: id) == UnreadCounts(highlights: 1, notifications: 1))
    let levels: CanonicalJSON.Object = ["users": [try world.user("ann").rawValue: 49]]
    try world.run(
      .setState(id, StateKey(RoomEventType.powerLevels), content: levels, profile: nil), by: "ann")
    try expectSame(world, store, id, UnreadCounts(notifications: 1))
  }
}
