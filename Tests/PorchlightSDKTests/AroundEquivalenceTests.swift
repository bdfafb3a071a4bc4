import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

/// A client that follows what happens in rooms and lists of a server knows the same as one that begins.
struct AroundEquivalenceTests {
  private static let names = ["ann", "bob", "cem", "dan", "eve"]

  /// What a roster says of users and rooms. Ages are left out.
  private struct Known: Equatable, CustomStringConvertible {
    let lines: [String]
    var description: String { lines.joined(separator: "\n") }

    init(_ roster: Roster) {
      let people = (roster.watched + roster.around.values).sorted { $0.userID < $1.userID }.map {
        "\($0.userID) \($0.relation.map { "\($0)" } ?? "around") \($0.name) \($0.state) "
          + "\($0.statusText ?? "-") \($0.unknownReason.map { "\($0)" } ?? "-")"
      }
      let rooms = roster.rooms.rooms.values.sorted { $0.roomID < $1.roomID }.map { room in
        let members = room.members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(room.name) \(room.joinRule.map { "\($0)" } ?? "-") \(roster.rooms.sharesPresence(room)) "
          + "\(room.joinedCount) \(room.invitedCount) \(members)"
      }
      lines = people + rooms
    }
  }

  /// Random things that five users do, of which many are refused.
  private struct Users {
    let server: TestHomeserver
    let sessions: [Session]
    var random: SeededGenerator
    var rooms: [RoomID] = []

    mutating func step() throws {
      guard let actor = sessions.randomElement(using: &random),
        let other = sessions.randomElement(using: &random)
      else { return }
      guard rooms.count >= 3, let room = rooms.randomElement(using: &random) else {
        let preset: RoomPreset = Bool.random(using: &random) ? .publicChat : .privateChat
        rooms.append(
          try server.simulation.run { try await actor.createRoom(CreateRoomRequest(preset: preset)) })
        return
      }
      let lot = Int.random(in: 0..<15, using: &random)
      let words = ["", "tea", "out", "Kim"]
      let text = words.randomElement(using: &random) ?? ""
      let user = other.userID
      func set(_ type: String, _ content: CanonicalJSON.Object) throws {
        var request = WireRequest(
          .put, ClientAPI.standard("rooms", room.rawValue, "state", type), body: content.bytes)
        request.accessToken = actor.credentials.accessToken
        _ = try server.respond(to: request)
      }
      switch lot {
      case 6: return try set("m.room.name", ["name": .string(text)])
      case 7:
        return try set(
          RoomPresenceSharing.eventType, ["presence_sharing": text.isEmpty ? "forbid" : "suggest"])
      case 8: return try set("m.room.join_rules", ["join_rule": text.isEmpty ? "invite" : "public"])
      default: break
      }
      // What is refused changes nothing.
      _ = try? server.simulation.run {
        switch lot {
        case 0, 1, 2: try await actor.join(room)
        case 3: try await actor.leave(room)
        case 4, 5: try await actor.invite(user, to: room)
        case 9: try await actor.setDisplayName(text)
        case 10: try await actor.setStatus(text.isEmpty ? .busy : .online, text: text)
        case 11: try await actor.invite(user)
        case 12: try await actor.accept(user)
        case 13: try await actor.drop(user)
        default: try await actor.revoke(user)
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...6)
  func deltasAddUpToTheWhole(seed: UInt64) throws {
    let simulation = Simulation()
    let server = try TestHomeserver(simulation) { $0.presenceSharing.largestRoom = 4 }
    let sessions = try Self.names.map { try server.register($0) }
    let ann = try #require(sessions.first)
    for session in sessions.dropFirst(2) { server.connect(session) }
    let rule = try simulation.run { try await ann.presenceSharing() }
    #expect(rule == PresenceSharingRule(rule: .spec, largestRoom: 4))
    let live = Box<Roster>()
    simulation.start {
      try? await ListRosterSource(ann, deviceType: nil, seed: 1).run { step in
        guard case .update(let update) = step else { return }
        var roster = live.value ?? Roster(userID: ann.userID)
        _ = roster.follow(rule)
        _ = roster.apply(update, at: ann.time.instant)
        live.set(roster)
      }
    }
    var users = Users(server: server, sessions: sessions, random: SeededGenerator(seed: seed))
    var neighbors = 0
    for step in 1...120 {
      try users.step()
      guard step % 3 == 0 else { continue }
      simulation.advance(by: .seconds(5))
      let answer = try simulation.run {
        try await ann.sync(since: nil, wait: .zero, as: .offline, filter: .roster)
      }
      var fresh = Roster(userID: ann.userID)
      _ = fresh.follow(rule)
      _ = fresh.apply(answer, isComplete: true, at: simulation.time.instant)
      neighbors += fresh.around.count
      #expect(live.value.map(Known.init) == Known(fresh), "after \(step) steps")
    }
    #expect(neighbors > 0)
  }
}
