import MatrixWire
import RoomCore
import TestNames

/// Rule 9. The standard levels with some keys set otherwise, or removed by `null`.
enum PowerLevelCases {
  private static let table: [(String, String, String?)] = [
    ("bob", "{}", nil), ("ann", "{}", nil), ("cem", "{}", "7"),
    // The form.
    ("ann", #"{"users_default":"0"}"#, "9.1"), ("ann", #"{"events_default":true}"#, "9.1"),
    ("ann", #"{"state_default":1.5}"#, "9.1"), ("ann", #"{"ban":[]}"#, "9.1"),
    ("ann", #"{"redact":{}}"#, "9.1"),
    ("ann", #"{"kick":"50"}"#, "9.1"), ("ann", #"{"invite":1e3}"#, "9.1"),
    ("ann", #"{"events":[]}"#, "9.2"), ("ann", #"{"events":{"a":"1"}}"#, "9.2"),
    ("ann", #"{"events":7}"#, "9.2"), ("ann", #"{"notifications":{"room":"50"}}"#, "9.2"),
    ("ann", #"{"notifications":"room"}"#, "9.2"), ("ann", #"{"users":[]}"#, "9.3"),
    ("ann", #"{"users":{"ann":100}}"#, "9.3"), ("ann", #"{"users":{"@ann:porch.example":"100"}}"#, "9.3"),
    ("ann", #"{"users":{"@ann":100}}"#, "9.3"), ("ann", #"{"other":"anything"}"#, nil),
    // Levels with a name.
    ("bob", #"{"ban":40}"#, nil), ("bob", #"{"ban":51}"#, "9.5.2"), ("bob", #"{"kick":51}"#, "9.5.2"),
    ("bob", #"{"invite":51}"#, "9.5.2"), ("bob", #"{"redact":51}"#, "9.5.2"),
    ("bob", #"{"users_default":50}"#, nil), ("bob", #"{"users_default":51}"#, "9.5.2"),
    ("bob", #"{"events_default":51}"#, "9.5.2"), ("bob", #"{"state_default":51}"#, "9.5.2"),
    ("bob", #"{"state_default":0}"#, nil), ("ann", #"{"ban":100}"#, nil), ("ann", #"{"ban":101}"#, "9.5.2"),
    ("bob", #"{"ban":null}"#, nil), ("bob", #"{"invite":-5}"#, nil),
    // Levels of events.
    ("bob", #"{"events":{"m.room.name":0,"m.room.power_levels":50,"high":100,"low":0,"over":150}}"#, nil),
    (
      "bob", #"{"events":{"m.room.name":51,"m.room.power_levels":50,"high":100,"low":0,"over":150}}"#, "9.7.1"
    ),
    ("bob", #"{"events":{"m.room.name":50,"m.room.power_levels":50,"high":50,"low":0,"over":150}}"#, "9.6.1"),
    ("bob", #"{"events":{"m.room.name":50,"m.room.power_levels":50,"low":0,"over":150}}"#, "9.6.1"),
    ("bob", #"{"events":{"m.room.power_levels":50,"high":100,"low":0,"over":150}}"#, nil),
    (
      "bob",
      #"{"events":{"m.room.name":50,"m.room.power_levels":50,"high":100,"low":0,"over":150,"new":50}}"#, nil
    ),
    (
      "bob",
      #"{"events":{"m.room.name":50,"m.room.power_levels":50,"high":100,"low":0,"over":150,"new":51}}"#,
      "9.7.1"
    ),
    ("ann", #"{"events":{"m.room.name":50,"m.room.power_levels":50,"high":100,"low":0}}"#, "9.6.1"),
    ("ann", #"{"events":{"over":150}}"#, nil), ("ann", #"{"events":null}"#, "9.6.1"),
    ("bob", #"{"notifications":{"room":20}}"#, nil), ("bob", #"{"notifications":{"room":51}}"#, "9.7.1"),
    ("bob", #"{"notifications":{}}"#, nil), ("bob", #"{"notifications":{"room":50,"new":51}}"#, "9.7.1"),
    // Levels of users: Ann 100, Bob, Max and Ike 50.
    ("ann", users("ann 100, bob 60, max 50, ike 50"), nil), ("ann", users("ann 100"), nil),
    ("ann", users("ann 50, bob 50, max 50, ike 50"), nil), ("ann", users("bob 50, max 50, ike 50"), nil),
    ("ann", users("ann 101, bob 50, max 50, ike 50"), "9.9.1"),
    ("ann", users("ann 100, bob 101, max 50, ike 50"), "9.9.1"),
    ("ann", users("ann 100, bob 100, max 50, ike 50"), nil),
    ("bob", users("ann 100, bob 50, max 50, ike 50, dan 50"), nil),
    ("bob", users("ann 100, bob 50, max 50, ike 50, dan 51"), "9.9.1"),
    ("bob", users("ann 100, bob 50, max 49, ike 50"), "9.8.1"),
    ("bob", users("ann 100, bob 50, ike 50"), "9.8.1"),
    ("bob", users("ann 0, bob 50, max 50, ike 50"), "9.8.1"),
    ("bob", users("bob 50, max 50, ike 50"), "9.8.1"),
    ("bob", users("ann 100, bob 51, max 50, ike 50"), "9.9.1"),
    ("bob", users("ann 100, bob 0, max 50, ike 50"), nil), ("bob", users("ann 100, max 50, ike 50"), nil),
    ("bob", #"{"users":null}"#, "9.8.1"), ("ann", #"{"users":null}"#, nil),
  ]

  static let all: [AuthorizationCase] =
    table.map { sender, changes, refusedBy in
      AuthorizationCase(.standard, .levels(changed(changes), by: person(sender)), refusedBy)
    } + others

  private static func users(_ text: String) -> String {
    let members = text.split(separator: ", ").map { entry in
      let parts = entry.split(separator: " ")
      return "\"@\(parts[0]):porch.example\":\(parts[1])"
    }
    return "{\"users\":{\(members.joined(separator: ","))}}"
  }

  private static func changed(_ text: String) -> CanonicalJSON.Object {
    var content = RawRoom.standardLevels
    for member in object(text).members {
      content[member.key] = member.value == .null ? nil : member.value
    }
    return content
  }

  private static let withoutLevels = RawRoom.standard.with { $0["m.room.power_levels"] = nil }
  private static let sparse = RawRoom.standard.with {
    $0["m.room.power_levels"] = object(#"{"users":{"@ann:porch.example":100,"@bob:porch.example":50}}"#)
  }

  private static let others: [AuthorizationCase] = [
    // Where none were set, its creator may set any.
    .init(withoutLevels, .levels([:], by: ann), nil), .init(withoutLevels, .levels([:], by: bob), "7"),
    .init(withoutLevels, .levels(["users": [bob.rawValue: 1000]], by: ann), nil),
    .init(withoutLevels, .levels(["users": [bob.rawValue: "1000"]], by: ann), "9.3"),
    // What was not said is neither lowered nor raised by the standard.
    .init(sparse, .levels(["users": [ann.rawValue: 100, bob.rawValue: 50], "kick": 50], by: bob), nil),
    .init(sparse, .levels(["users": [ann.rawValue: 100, bob.rawValue: 50], "kick": 60], by: bob), "9.5.2"),
    .init(
      .standard.levels(#"{"kick":100}"#), .levels(changed(#"{"kick":50}"#), by: bob), "9.5.1"),
    .init(
      .standard.levels(#"{"ban":100}"#), .levels(changed(#"{"ban":null}"#), by: bob), "9.5.1"),
    .init(
      .standard.levels(#"{"notifications":{"room":100}}"#), .levels(RawRoom.standardLevels, by: bob), "9.6.1"),
  ]
}
