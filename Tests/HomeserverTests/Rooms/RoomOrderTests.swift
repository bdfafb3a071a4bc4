import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// What users do at once happens one after the other where it is about the same, and is told in one order.
struct RoomOrderTests {
  @Test func aLaterChangeIsNotTrueBeforeAnEarlierOne() throws {
    let store = HeldStore()
    var world = try RoomWorld(store: store)
    let (one, two) = (try world.room(with: ["bob"]), try world.room(with: ["bob"]))
    let since = try world.sync("bob").nextBatch
    let presence = world.client.server.homeserver.presence
    let ann = try world.user("ann")
    let topic: CanonicalJSON.Object = ["topic": "slow"]
    let commands = [
      RoomCommand(.setState(one, StateKey("m.room.topic"), content: topic, profile: nil), by: ann),
      RoomCommand(.send(two, type: "m.room.message", content: ["body": "quick"]), by: ann),
    ]
    try world.say("first", in: two, by: "ann")
    store.hold(.events)
    let tasks = commands.map { command in
      world.client.simulation.start { _ = try? await presence.perform(command) }
    }
    world.client.simulation.drain()
    let early = try world.sync("bob", since: since)
    #expect(early.rooms.joined[one] == nil)
    #expect(early.rooms.joined[two]?.bodies == ["first"], "Neither of the two has happened.")
    store.letGo()
    world.client.simulation.drain()
    let later = try world.sync("bob", since: early.nextBatch)
    #expect(later.rooms.joined[one]?.timeline.count == 1)
    #expect(later.rooms.joined[two]?.bodies == ["quick"])
    for task in tasks { world.client.simulation.stop(task) }
  }

  /// What commands come to that are given at once, the first of them while nothing can be stored.
  private func outcomes(
    of commands: [RoomCommand], in world: RoomWorld, _ store: HeldStore
  ) -> [Result<EventID?, MatrixError>?] {
    let presence = world.client.server.homeserver.presence
    store.hold(.commit)
    let boxes = commands.map { _ in Box<Result<EventID?, MatrixError>>() }
    let tasks = zip(commands, boxes).map { command, box in
      world.client.simulation.start {
        do {
          box.set(.success(try await presence.perform(command).event))
        } catch let error as MatrixError {
          box.set(.failure(error))
        } catch {}
      }
    }
    store.letGo()
    world.client.simulation.drain()
    for task in tasks { world.client.simulation.stop(task) }
    return boxes.map(\.value)
  }

  @Test func whatIsSaidInOneRoomAtOnceIsSaidOneAfterTheOther() throws {
    let store = HeldStore()
    var world = try RoomWorld(store: store)
    let id = try world.room(with: ["bob"])
    let commands = try ["ann", "bob"].map { name in
      RoomCommand(.send(id, type: "m.room.message", content: [:]), by: try world.user(name))
    }
    let sent = try outcomes(of: commands, in: world, store).map { try $0?.get() }.compactMap(\.self)
    try #require(sent.count == 2)
    let presence = world.client.server.homeserver.presence
    let stored = try world.client.simulation.run { try await presence.history.events(Set(sent)) }
    let depths = sent.compactMap { stored[$0]?.event.depth }
    #expect(depths.count == 2 && depths[1] == depths[0] + 1)
  }

  @Test func anAliasThatTwoUsersTakeAtOnceIsOfOneRoom() throws {
    let store = HeldStore()
    var world = try RoomWorld(store: store)
    let (one, two) = (try world.room(with: ["bob"]), try world.room(with: ["bob"]))
    let alias = try #require(RoomAlias("#hall:harbor.example"))
    let commands = [
      RoomCommand(.setAlias(alias, one), by: try world.user("ann")),
      RoomCommand(.setAlias(alias, two), by: try world.user("bob")),
    ]
    let taken = outcomes(of: commands, in: world, store)
    #expect(taken[0] == .success(nil))
    #expect(throws: MatrixError.self) { try taken[1]?.get() }
    let presence = world.client.server.homeserver.presence
    let rooms = try world.client.simulation.run {
      await presence.readRooms { rules, _ in rules.room(of: alias) }
    }
    #expect(rooms == one)
  }

  // MARK: What was read before others had their turn

  @Test func ofTwoRedactionsOfAnEventTheFirstIsToldBesideIt() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let event = try world.stored(world.say("noise", in: id, by: "bob"))
    let first = try world.run(.redact(event, reason: "first"), by: "ann").event
    try world.run(.redact(event, reason: "second"), by: "bob")
    #expect(try world.stored(event.id).redactedBy == first)
  }

  @Test func aReadMarkerDoesNotGoBackToWhereAnOlderRequestWantedIt() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let (older, newer) = (
      try world.stored(world.say("one", in: id, by: "ann")),
      try world.stored(world.say("two", in: id, by: "ann"))
    )
    for event in [newer, older] { try world.run(.setReadMarker(id, to: event, from: nil), by: "bob") }
    let path = "v3/user/@bob:harbor.example/rooms/\(id)/account_data/m.fully_read"
    let marker = try world.client.send(.get, path, as: world.tokens["bob"]).text
    #expect(marker == #"{"event_id":"\#(newer.id)"}"#)
  }
}
