import MatrixWire
import RoomCore
import TestNames

/// Rules 1, 5 to 8 and 10.
enum EventCases {
  /// Sender, type, state key, and the rule that refuses it.
  private static let table: [(String, String, String?, String?)] = [
    ("ann", "m.room.create", "", "1.1"), ("ann", "m.room.create", nil, "1.1"),
    ("cem", "m.room.message", nil, nil), ("ann", "m.room.message", nil, nil),
    ("dan", "m.room.message", nil, "5"), ("eve", "m.room.message", nil, "5"),
    ("fay", "m.room.message", nil, "5"), ("gus", "m.room.message", nil, "5"),
    ("hal", "m.room.message", nil, "5"), ("ike", "m.room.name", "", "5"),
    ("dan", "m.room.third_party_invite", "token", "5"), ("bob", "m.room.third_party_invite", "token", nil),
    ("cem", "m.room.third_party_invite", "token", "6.1"),
    ("cem", "m.room.name", "", "7"), ("bob", "m.room.name", "", nil), ("ann", "m.room.name", "", nil),
    ("cem", "m.room.topic", "", "7"), ("bob", "m.room.topic", "", nil),
    ("cem", "low", "", nil), ("cem", "low", nil, nil), ("bob", "high", "", "7"), ("bob", "high", nil, "7"),
    ("ann", "high", "", nil), ("ann", "high", nil, nil), ("ann", "over", nil, "7"),
    ("bob", "own", "@bob:porch.example", nil), ("bob", "own", "@ann:porch.example", "8"),
    ("ann", "own", "@bob:porch.example", "8"), ("bob", "own", "@", "8"), ("bob", "own", "bob", nil),
    ("bob", "own", "@bob:porch.example ", "8"), ("cem", "own", "@cem:porch.example", "7"),
    ("cem", "low", "@cem:porch.example", nil), ("cem", "low", "@bob:porch.example", "8"),
    ("cem", "m.room.redaction", nil, nil), ("cem", "m.room.join_rules", "", "7"),
    ("bob", "m.room.join_rules", "", nil), ("bob", "m.room.join_rules", "other", nil),
    ("cem", "m.room.power_levels", nil, "7"), ("dan", "m.room.power_levels", "", "5"),
  ]

  static let all: [AuthorizationCase] =
    table.map { sender, type, key, refusedBy in
      AuthorizationCase(
        .standard, Draft(type: type, stateKey: key, sender: person(sender), content: [:]), refusedBy)
    } + others

  private static let withoutLevels = RawRoom.standard.with { $0["m.room.power_levels"] = nil }

  private static func draft(_ type: String, _ key: String?, by sender: UserID) -> Draft {
    Draft(type: type, stateKey: key, sender: sender, content: [:])
  }

  private static let others: [AuthorizationCase] = [
    .init(withoutLevels, draft("m.room.topic", "", by: ann), nil),
    .init(withoutLevels, draft("m.room.topic", "", by: bob), "7"),
    .init(withoutLevels, draft("m.room.message", nil, by: bob), nil),
    .init(withoutLevels, draft("m.room.third_party_invite", "t", by: cem), nil),
    .init(.standard.levels(#"{"events_default":50}"#), draft("m.room.message", nil, by: cem), "7"),
    .init(.standard.levels(#"{"events_default":50}"#), draft("m.room.message", nil, by: bob), nil),
    .init(.standard.levels(#"{"state_default":0}"#), draft("m.room.topic", "", by: cem), nil),
    .init(.standard.levels(#"{"state_default":0}"#), draft("m.room.name", "", by: cem), "7"),
    .init(.standard.levels(#"{"users_default":50}"#), draft("m.room.name", "", by: cem), nil),
    .init(.standard.levels(#"{"users_default":-10}"#), draft("m.room.message", nil, by: cem), "7"),
    .init(.standard.levels(#"{"users":{}}"#), draft("m.room.topic", "", by: ann), "7"),
    // Types and keys that Swift takes for equal are others.
    .init(.standard.levels(#"{"events":{"e\#u{301}":0}}"#), draft("e\u{301}", "", by: cem), nil),
    .init(.standard.levels(#"{"events":{"e\#u{301}":0}}"#), draft("\u{e9}", "", by: cem), "7"),
  ]
}
