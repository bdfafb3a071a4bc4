import MatrixWire
import Ports
import RoomCore
import TestNames

/// Rooms and events by chance, where what matters to the rules happens often.
struct RandomRooms {
  private var random: SeededGenerator
  private static let users = ["ann", "bob", "cem", "dan"].map { person($0) } + [person("xen", on: far)]
  private static let types = [
    "m.room.name", "m.room.message", "x", "m.room.power_levels", "m.room.join_rules",
  ]
  private static let names = [
    "users_default", "events_default", "state_default", "ban", "redact", "kick", "invite",
  ]

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &random)]
  }

  private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  private mutating func level() -> CanonicalJSON { .integer(pick([-1, 0, 0, 25, 50, 50, 75, 100, 100])) }

  /// Now and then one that is none.
  private mutating func anyLevel() -> CanonicalJSON {
    happens(3) ? pick(["50", .bool(true), .null, .otherNumber("1.5"), [:]]) : level()
  }

  private mutating func membership() -> String {
    pick(["join", "join", "join", "invite", "leave", "ban", "knock"])
  }

  mutating func room() -> RawRoom {
    var room = RawRoom()
    room.creator = ann
    if happens(4) {
      room.isNew = true
      return room
    }
    if happens(15) { room["m.room.create"]?["m.federate"] = .bool(happens(50)) }
    for user in Self.users where happens(85) { room.set(membership(), user) }
    if happens(85) { room.set("join", ann) }
    if happens(80) {
      let rules = ["public", "invite", "knock", "restricted", "knock_restricted", "private"]
      room["m.room.join_rules"] = ["join_rule": .string(pick(rules))]
    }
    if happens(85) {
      var content: CanonicalJSON.Object = [:]
      for name in Self.names where happens(60) { content[name] = level() }
      content["users"] = .object(users { $0.level() })
      if happens(70) { content["events"] = .object(events { $0.level() }) }
      if happens(40) { content["notifications"] = .object(["room": level()]) }
      room["m.room.power_levels"] = content
    }
    return room
  }

  private mutating func users(_ level: (inout Self) -> CanonicalJSON) -> CanonicalJSON.Object {
    var users: CanonicalJSON.Object = [:]
    for user in Self.users where happens(60) { users[user.rawValue] = level(&self) }
    return users
  }

  private mutating func events(_ level: (inout Self) -> CanonicalJSON) -> CanonicalJSON.Object {
    var events: CanonicalJSON.Object = [:]
    for type in Self.types where happens(40) { events[type] = level(&self) }
    return events
  }

  mutating func draft(for room: RawRoom) -> Draft {
    let sender = happens(40) ? ann : pick(Self.users)
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4: return memberDraft(by: sender)
    case 4..<7: return .levels(changedLevels(of: room), by: sender)
    default:
      let type = happens(5) ? pick(["m.room.create", "m.room.third_party_invite"]) : pick(Self.types)
      let keys = [nil, nil, "", "", "key", sender.rawValue, pick(Self.users).rawValue]
      return Draft(type: type, stateKey: pick(keys), sender: sender, content: [:])
    }
  }

  private mutating func memberDraft(by sender: UserID) -> Draft {
    let target = happens(55) ? sender : pick(Self.users)
    var draft = Draft.member(happens(3) ? "none" : membership(), target, by: sender)
    if happens(30) { draft.content["join_authorised_via_users_server"] = .string(pick(Self.users).rawValue) }
    if happens(3) { draft.content["third_party_invite"] = [:] }
    if happens(2) { draft.stateKey = nil }
    return draft
  }

  /// The levels of a room with a few of them changed, added or removed.
  private mutating func changedLevels(of room: RawRoom) -> CanonicalJSON.Object {
    var content = room["m.room.power_levels"] ?? [:]
    for name in Self.names where happens(10) { content[name] = happens(30) ? nil : anyLevel() }
    for (map, keys) in [
      ("users", Self.users.map(\.rawValue)), ("events", Self.types), ("notifications", ["room"]),
    ] {
      guard happens(50) else { continue }
      var values = content[map]?.object ?? [:]
      for key in keys where happens(25) { values[key] = happens(30) ? nil : anyLevel() }
      content[map] = happens(3) ? "nothing" : .object(values)
    }
    return content
  }
}
