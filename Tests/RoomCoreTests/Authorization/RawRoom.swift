import MatrixWire
import Ports
import TestNames

@testable import RoomCore

/// A room as nothing but its state events, made by hand: no rule was asked.
struct RawRoom {
  struct Place: Hashable {
    let type: String
    let key: String
  }

  var state: [Place: CanonicalJSON.Object] = [:]
  var creator = ann
  /// Whether nothing happened since it was made.
  var isNew = false

  init() { self["m.room.create"] = ["room_version": "11"] }

  subscript(type: String, key: String = "") -> CanonicalJSON.Object? {
    get { state[Place(type: type, key: key)] }
    set { state[Place(type: type, key: key)] = newValue }
  }

  /// Ann made it (100), Bob and Max are moderators (50), Cem is in it (0), Dan was never there, Eve is invited, Fay
  /// banned, Gus knocked, Hal left, Ike is a banned moderator, and Xen is somewhere else.
  static let standard: RawRoom = {
    var room = RawRoom()
    let members = [
      "ann": "join", "bob": "join", "max": "join", "cem": "join", "eve": "invite", "fay": "ban",
      "gus": "knock",
      "hal": "leave", "ike": "ban",
    ]
    for (name, membership) in members { room.set(membership, person(name)) }
    room["m.room.power_levels"] = standardLevels
    return room
  }()

  static let standardLevels = object(
    """
    {"users":{"@ann:porch.example":100,"@bob:porch.example":50,"@max:porch.example":50,"@ike:porch.example":50},
    "users_default":0,"events_default":0,"state_default":50,"ban":50,"kick":50,"redact":50,"invite":50,
    "events":{"m.room.name":50,"m.room.power_levels":50,"high":100,"low":0,"over":150},"notifications":{"room":50}}
    """)

  mutating func set(_ membership: String, _ user: UserID) {
    self["m.room.member", user.rawValue] = ["membership": .string(membership)]
  }

  func with(_ change: (inout RawRoom) -> Void) -> RawRoom {
    var room = self
    change(&room)
    return room
  }

  func joinRule(_ rule: String) -> RawRoom { with { $0["m.room.join_rules"] = ["join_rule": .string(rule)] } }

  /// With some keys of the power levels set otherwise.
  func levels(_ text: String) -> RawRoom {
    with { room in
      for member in object(text).members { room["m.room.power_levels"]?[member.key] = member.value }
    }
  }

  /// The same as the rules hold it.
  var room: Room {
    var number: UInt64 = 0
    func event(_ place: Place, _ content: CanonicalJSON.Object) -> PDU {
      number += 1
      guard let id = EventID("$\(number)") else { preconditionFailure("'$\(number)' is no event ID") }
      return PDU(
        id: id, room: roomID("raw"), type: place.type, stateKey: place.key, sender: creator,
        content: CanonicalJSON.object(content).bytes, timestamp: start.wall, depth: Int64(number),
        position: number)
    }
    let first = Place(type: "m.room.create", key: "")
    guard let room = state[first].flatMap({ Room(event(first, $0)) }) else {
      preconditionFailure("A raw room has a first event.")
    }
    var whole = room
    for (place, content) in state where place != first { whole.append(event(place, content)) }
    if !isNew, whole.lastEvent == whole.createEvent {
      whole.append(event(Place(type: "m.room.topic", key: ""), [:]))
    }
    return whole
  }
}
