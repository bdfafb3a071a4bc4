import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import RoomCore
import Testing

@testable import Homeserver

/// A client that follows what changes holds the same as one that begins.
struct RoomDeltaTests {
  /// What a client knows after some answers.
  private struct Replica: Equatable {
    struct Key: Hashable {
      let type: String
      let key: String
    }

    var rooms: [RoomID: [Key: EventID]] = [:]
    var invited: Set<RoomID> = []
    var presence: [UserID: PresenceState] = [:]
    var since: SyncToken?

    mutating func take(_ answer: SyncAnswer) {
      since = answer.nextBatch
      for (id, room) in answer.rooms.joined {
        for event in room.stateChanges { rooms[id, default: [:]][key(event)] = event.eventID }
        invited.remove(id)
      }
      for id in answer.rooms.left.keys {
        rooms[id] = nil
        invited.remove(id)
      }
      for id in answer.rooms.invited.keys {
        rooms[id] = nil
        invited.insert(id)
      }
      for case .presence(let user, let content) in answer.presence { presence[user] = content.state }
    }

    /// What another client knows otherwise, in words.
    func difference(from other: Replica) -> [String] {
      var words: [String] = invited == other.invited ? [] : ["invites \(invited) \(other.invited)"]
      for id in Set(rooms.keys).union(other.rooms.keys).sorted() {
        let (here, there) = (rooms[id] ?? [:], other.rooms[id] ?? [:])
        for key in Set(here.keys).union(there.keys) where here[key] != there[key] {
          words.append(
            "\(id) \(key.type) \(key.key): \(here[key]?.rawValue ?? "-") \(there[key]?.rawValue ?? "-")")
        }
      }
      return words.sorted()
    }

    private func key(_ event: RoomEvent) -> Key { Key(type: event.type, key: event.stateKey ?? "") }
  }

  private static let names = ["ann", "bob", "cem", "dan", "eve"]

  /// Random things that users do with a few rooms, of which many are refused.
  private struct Users {
    var world: RoomWorld
    var random: SeededGenerator
    var rooms: [RoomID] = []
    var done = 0

    mutating func pick<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: values.indices, using: &random)]
    }

    mutating func step() throws {
      let (name, other) = (pick(RoomDeltaTests.names), try world.user(pick(RoomDeltaTests.names)))
      guard rooms.count >= 3 || !rooms.isEmpty && Bool.random(using: &random) else {
        rooms.append(try world.room(pick([.publicChat, .privateChat]), by: name))
        return
      }
      let room = pick(rooms)
      let action: RoomCommand.Action
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1, 2: action = .join(.id(room), profile: Profile(displayName: name), content: [:])
      case 3: action = .leave(room, content: [:])
      case 4, 5: action = .invite(room, .init(other))
      case 6:
        action = pick([.kick(room, .init(other)), .ban(room, .init(other)), .unban(room, .init(other))])
      case 7:
        action = .setState(
          room, StateKey("m.room.topic"), content: ["topic": .integer(Int64(done))], profile: nil)
      case 8:
        let says = pick(["suggest", "forbid"])
        action = .setState(
          room, StateKey(RoomEventType.presenceSharing), content: ["presence_sharing": .string(says)],
          profile: nil)
      case 9:
        try setStatus(name)
        return
      default: action = .send(room, type: "m.room.message", content: ["body": .string("\(done)")])
      }
      done += 1
      _ = try? world.run(action, by: name)
    }

    private mutating func setStatus(_ name: String) throws {
      let state = pick(["online", "unavailable", "offline"])
      let answer = try world.client.send(
        .put, "v3/presence/\(world.user(name))/status", #"{"presence":"\#(state)"}"#, as: world.tokens[name])
      #expect(answer.status == 200)
    }
  }

  @Test(arguments: UInt64(1)...6)
  func followingEqualsBeginning(seed: UInt64) throws {
    let store = KeptKeyStore()
    var users = Users(
      world: try RoomWorld(store: store, users: Self.names), random: SeededGenerator(seed: seed))
    var replicas: [String: Replica] = [:]
    for step in 1...160 {
      try users.step()
      let name = users.pick(Self.names)
      if step.isMultiple(of: 50) {
        users.world = try users.world.restarted(on: store, seed: UInt64(step) + seed)
      }
      var replica = replicas[name] ?? Replica()
      // A poll that is repeated changes nothing.
      let since = replica.since
      for _ in 0..<(step.isMultiple(of: 7) ? 2 : 1) {
        replica.take(try users.world.sync(name, since: since))
      }
      var fresh = Replica()
      fresh.take(try users.world.sync(name))
      let difference = replica.difference(from: fresh)
      try #require(difference == [], "\(name) after step \(step)")
      for (user, state) in fresh.presence {
        try #require(replica.presence[user] == state, "\(name) sees \(user) after step \(step)")
      }
      replicas[name] = replica
    }
    #expect(users.rooms.count >= 3)
  }

  /// Nobody is told of whom they share no room and no list with.
  @Test(arguments: UInt64(11)...14)
  func presenceIsToldToRoomMatesAndNoOthers(seed: UInt64) throws {
    var users = Users(world: try RoomWorld(users: Self.names), random: SeededGenerator(seed: seed))
    var since: [String: SyncToken] = [:]
    for _ in 1...160 {
      try users.step()
      let name = users.pick(Self.names)
      let answer = try users.world.sync(name, since: since[name])
      since[name] = answer.nextBatch
      let told = try users.world.told(answer).filter { $0 != name }.map { try users.world.user($0) }
      let viewer = try users.world.user(name)
      let presence = users.world.client.server.homeserver.presence
      let seen = users.world.client.simulation
      for user in told {
        let isVisible = try seen.run { await presence.rules.audience.isVisible(user, to: viewer) }
        #expect(isVisible, "\(name) was told of \(user)")
      }
    }
  }
}
