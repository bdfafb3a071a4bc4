import MatrixWire
import PorchlightTestSupport
import RoomCore
import Testing

@testable import Homeserver

/// What `/events` tells of rooms: nothing is left out, however much it is.
struct RoomEventStreamTests {
  private struct Chunk: Decodable {
    struct Event: Decodable {
      struct Content: Decodable { var body: String? }
      var content: Content
    }

    var end: SyncToken
    var chunk: [Event]

    var bodies: [String] { chunk.compactMap(\.content.body) }
  }

  private func events(_ world: RoomWorld, _ name: String, from: SyncToken) throws -> Chunk {
    try WireJSON.decode(Chunk.self, from: Array(world.events(name, from: from).chunk.utf8))
  }

  /// Everything that is told from a position on.
  private func all(_ world: RoomWorld, _ name: String, from: SyncToken) throws -> [Chunk] {
    var (chunks, from) = ([Chunk](), from)
    repeat {
      chunks.append(try events(world, name, from: from))
      from = chunks.last?.end ?? from
    } while chunks.last?.chunk.isEmpty == false
    return chunks
  }

  private func position(_ world: RoomWorld, _ name: String) throws -> SyncToken {
    let answer = try world.client.send(
      .get, "api/v1/initialSync", as: world.tokens[name], query: [.init("limit", "1")])
    struct End: Decodable { var end: SyncToken }
    return try answer.decoded(End.self).end
  }

  /// By what is at hand, and by what the store has.
  @Test(arguments: [false, true]) func ofVeryMuchTheOldestIsToldFirst(restarts: Bool) throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let (one, two) = (try world.room(with: ["bob"]), try world.room(with: ["bob"]))
    let from = try position(world, "bob")
    var said: [String] = []
    for number in 1...2_050 {
      said.append("\(number)")
      try world.say("\(number)", in: number.isMultiple(of: 3) ? one : two, by: "ann")
    }
    if restarts { world = try world.restarted(on: store, seed: 2) }
    let chunks = try all(world, "bob", from: from)
    #expect(chunks.map(\.bodies.count) == [1_000, 1_000, 50, 0])
    let told = chunks.flatMap(\.bodies)
    #expect(told == said)
  }

  @Test(arguments: [false, true]) func whatHappenedWhileTheUserWasAwayIsNotTold(restarts: Bool) throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    let visibility: CanonicalJSON.Object = ["history_visibility": "joined"]
    try world.run(
      .setState(id, StateKey(RoomEventType.historyVisibility), content: visibility, profile: nil), by: "ann")
    let from = try position(world, "bob")
    try world.say("before", in: id, by: "ann")
    try world.leave(id, "bob")
    for number in 1...1_100 { try world.say("secret \(number)", in: id, by: "ann") }
    try world.join(id, "bob")
    try world.say("after", in: id, by: "ann")
    if restarts { world = try world.restarted(on: store, seed: 2) }
    #expect(try all(world, "bob", from: from).flatMap(\.bodies) == ["before", "after"])
  }

  @Test(arguments: [false, true]) func whyAnEventLostItsContentMeanwhileIsNotTold(restarts: Bool) throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    func set(_ type: String, _ content: CanonicalJSON.Object) throws {
      try world.run(.setState(id, StateKey(type), content: content, profile: nil), by: "ann")
    }
    try set(RoomEventType.historyVisibility, ["history_visibility": "joined"])
    let from = try position(world, "bob")
    let message = try world.stored(world.say("before", in: id, by: "ann"))
    try world.leave(id, "bob")
    try world.run(.redact(message, reason: "a secret reason"), by: "ann")
    try set(RoomEventType.topic, ["topic": "a secret topic"])
    try world.join(id, "bob")
    try set(RoomEventType.topic, ["topic": "after"])
    if restarts { world = try world.restarted(on: store, seed: 2) }
    let chunk = try world.events("bob", from: from).chunk
    #expect(chunk.contains("after") && !chunk.contains("secret"))
  }

  @Test func aPartOfWhichAFilterLetsNothingThroughIsNotTheEnd() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let from = try position(world, "bob")
    for number in 1...1_100 { try world.say("\(number)", in: id, by: "ann") }
    try world.say("mine", in: id, by: "bob")
    let filter = #"{"room":{"timeline":{"not_senders":["\#(try world.user("ann"))"]}}}"#
    func poll(from: SyncToken) throws -> Chunk {
      try world.client.send(
        .get, "api/v1/events", as: world.tokens["bob"],
        query: [
          .init("from", from.rawValue), .init("timeout", "30000"), .init("set_presence", "offline"),
          .init("filter", filter),
        ]
      ).decoded()
    }
    let first = try poll(from: from)
    #expect(first.bodies == [] && first.end != from)
    #expect(try poll(from: first.end).bodies == ["mine"])
  }

  @Test func receiptsAreToldOnceInWhicheverPart() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob", "cem"])
    let from = try position(world, "bob")
    let first = try world.say("first", in: id, by: "ann")
    for number in 1...1_100 { try world.say("\(number)", in: id, by: "ann") }
    try world.read(first, in: id, by: "cem")
    var (receipts, end, chunk) = (0, from, "")
    repeat {
      (end, chunk) = try world.events("bob", from: end)
      receipts += chunk.contains("m.receipt") ? 1 : 0
    } while !chunk.contains(#""chunk":[]"#)
    #expect(receipts == 1)
  }
}
