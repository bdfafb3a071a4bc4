/// News of rooms in an answer to `/sync`, as a client reads it from any server (Matrix specification, client-server API,
/// "Syncing").
public struct RoomsUpdate: Hashable, Sendable {
  public var joined: [RoomID: RoomUpdate]
  /// The stripped state of rooms the user is invited to.
  public var invited: [RoomID: [RoomEvent]]
  /// The stripped state of rooms the user knocked at.
  public var knocked: [RoomID: [RoomEvent]]
  /// Rooms the user left, or was removed from, since.
  public var left: [RoomID: RoomUpdate]

  public init(
    joined: [RoomID: RoomUpdate] = [:], invited: [RoomID: [RoomEvent]] = [:],
    knocked: [RoomID: [RoomEvent]] = [:], left: [RoomID: RoomUpdate] = [:]
  ) {
    self.joined = joined
    self.invited = invited
    self.knocked = knocked
    self.left = left
  }

  public var isEmpty: Bool { joined.isEmpty && invited.isEmpty && knocked.isEmpty && left.isEmpty }
}

extension RoomsUpdate: Codable {
  /// What is malformed does not cost the rest: a section, a room, an event.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    self.init(
      joined: Self.rooms("join", fields), invited: Self.stripped("invite", "invite_state", fields),
      knocked: Self.stripped("knock", "knock_state", fields), left: Self.rooms("leave", fields))
  }

  private static func rooms(
    _ name: WireKey, _ fields: KeyedDecodingContainer<WireKey>
  ) -> [RoomID: RoomUpdate] {
    guard let rooms = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: name) else { return [:] }
    var updates: [RoomID: RoomUpdate] = [:]
    for key in rooms.allKeys {
      guard let room = RoomID(key.stringValue) else { continue }
      updates[room] = rooms.lenient(key)
    }
    return updates
  }

  private static func stripped(
    _ name: WireKey, _ section: WireKey, _ fields: KeyedDecodingContainer<WireKey>
  ) -> [RoomID: [RoomEvent]] {
    guard let rooms = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: name) else { return [:] }
    var states: [RoomID: [RoomEvent]] = [:]
    for key in rooms.allKeys {
      guard let room = RoomID(key.stringValue),
        let state = try? rooms.nestedContainer(keyedBy: WireKey.self, forKey: key)
      else { continue }
      states[room] = state.events(section)
    }
    return states
  }

  /// Older clients demand that every section is there, empty or not; they know of no knocks.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    for (name, updates) in [("join", joined), ("leave", left)] {
      var rooms = fields.nestedContainer(keyedBy: WireKey.self, forKey: WireKey(stringLiteral: name))
      for (room, update) in updates {
        try rooms.encode(update, forKey: WireKey(stringLiteral: room.rawValue))
      }
    }
    for (name, section, states) in [
      ("invite", "invite_state", invited), ("knock", "knock_state", knocked),
    ] where name == "invite" || !states.isEmpty {
      var rooms = fields.nestedContainer(keyedBy: WireKey.self, forKey: WireKey(stringLiteral: name))
      for (room, state) in states {
        var fields = rooms.nestedContainer(
          keyedBy: WireKey.self, forKey: WireKey(stringLiteral: room.rawValue))
        try fields.encode(events: state, forKey: WireKey(stringLiteral: section))
      }
    }
  }
}
