import MatrixWire
import RoomCore
import TestNames

/// Rule 4.
enum MembershipCases {
  /// Join rule, membership, sender, target, and the rule that refuses it.
  private static let table: [(String, String, String, String, String?)] = [
    // Users who come by themselves.
    ("invite", "join", "dan", "dan", "4.3.4"), ("invite", "join", "eve", "eve", nil),
    ("invite", "join", "fay", "fay", "4.3.3"), ("invite", "join", "gus", "gus", "4.3.4"),
    ("invite", "join", "hal", "hal", "4.3.4"), ("invite", "join", "cem", "cem", nil),
    ("public", "join", "dan", "dan", nil), ("public", "join", "eve", "eve", nil),
    ("public", "join", "fay", "fay", "4.3.3"), ("public", "join", "gus", "gus", nil),
    ("public", "join", "hal", "hal", nil), ("public", "join", "cem", "cem", nil),
    ("public", "join", "xen", "xen", nil), ("knock", "join", "dan", "dan", "4.3.4"),
    ("knock", "join", "eve", "eve", nil), ("knock", "join", "gus", "gus", "4.3.4"),
    ("knock", "join", "cem", "cem", nil), ("knock", "join", "fay", "fay", "4.3.3"),
    ("private", "join", "dan", "dan", "4.3.7"), ("private", "join", "eve", "eve", "4.3.7"),
    ("private", "join", "cem", "cem", "4.3.7"), ("whatever", "join", "eve", "eve", "4.3.7"),
    ("restricted", "join", "dan", "dan", "4.3.5.2"), ("restricted", "join", "eve", "eve", nil),
    ("restricted", "join", "cem", "cem", nil), ("restricted", "join", "fay", "fay", "4.3.3"),
    ("restricted", "join", "gus", "gus", "4.3.5.2"), ("knock_restricted", "join", "hal", "hal", "4.3.5.2"),
    ("knock_restricted", "join", "eve", "eve", nil), ("knock_restricted", "join", "dan", "dan", "4.3.5.2"),
    // Users who are fetched.
    ("public", "join", "ann", "dan", "4.3.2"), ("public", "join", "ann", "cem", "4.3.2"),
    ("invite", "join", "cem", "ann", "4.3.2"),
    // Invites.
    ("invite", "invite", "ann", "dan", nil), ("invite", "invite", "bob", "dan", nil),
    ("invite", "invite", "cem", "dan", "4.4.5"), ("invite", "invite", "dan", "hal", "4.4.2"),
    ("invite", "invite", "eve", "dan", "4.4.2"), ("invite", "invite", "hal", "dan", "4.4.2"),
    ("invite", "invite", "fay", "dan", "4.4.2"), ("invite", "invite", "ann", "eve", nil),
    ("invite", "invite", "ann", "gus", nil), ("invite", "invite", "ann", "hal", nil),
    ("invite", "invite", "ann", "fay", "4.4.3"), ("invite", "invite", "ann", "cem", "4.4.3"),
    ("invite", "invite", "ann", "ann", "4.4.3"), ("invite", "invite", "dan", "dan", "4.4.2"),
    ("public", "invite", "cem", "dan", "4.4.5"), ("private", "invite", "ann", "dan", nil),
    // Leaving.
    ("invite", "leave", "cem", "cem", nil), ("invite", "leave", "ann", "ann", nil),
    ("invite", "leave", "eve", "eve", nil), ("invite", "leave", "gus", "gus", nil),
    ("invite", "leave", "hal", "hal", "4.5.1"), ("invite", "leave", "dan", "dan", "4.5.1"),
    ("invite", "leave", "fay", "fay", "4.5.1"),
    // Being made to.
    ("invite", "leave", "ann", "bob", nil), ("invite", "leave", "ann", "cem", nil),
    ("invite", "leave", "bob", "cem", nil), ("invite", "leave", "bob", "max", "4.5.5"),
    ("invite", "leave", "bob", "ann", "4.5.5"), ("invite", "leave", "cem", "bob", "4.5.5"),
    ("invite", "leave", "max", "eve", nil), ("invite", "leave", "bob", "gus", nil),
    ("invite", "leave", "bob", "dan", nil), ("invite", "leave", "cem", "eve", "4.5.5"),
    ("invite", "leave", "dan", "cem", "4.5.2"), ("invite", "leave", "eve", "cem", "4.5.2"),
    ("invite", "leave", "ike", "cem", "4.5.2"), ("invite", "leave", "ann", "fay", nil),
    ("invite", "leave", "bob", "fay", nil), ("invite", "leave", "cem", "fay", "4.5.3"),
    ("invite", "leave", "bob", "ike", "4.5.5"), ("invite", "leave", "ann", "ike", nil),
    // Bans.
    ("invite", "ban", "ann", "cem", nil), ("invite", "ban", "bob", "cem", nil),
    ("invite", "ban", "bob", "dan", nil), ("invite", "ban", "bob", "eve", nil),
    ("invite", "ban", "bob", "gus", nil), ("invite", "ban", "bob", "hal", nil),
    ("invite", "ban", "bob", "fay", nil), ("invite", "ban", "bob", "max", "4.6.3"),
    ("invite", "ban", "bob", "ann", "4.6.3"), ("invite", "ban", "cem", "dan", "4.6.3"),
    ("invite", "ban", "bob", "bob", "4.6.3"), ("invite", "ban", "ann", "ann", "4.6.3"),
    ("invite", "ban", "dan", "cem", "4.6.1"), ("invite", "ban", "ike", "cem", "4.6.1"),
    ("invite", "ban", "eve", "eve", "4.6.1"),
    // Knocking.
    ("invite", "knock", "dan", "dan", "4.7.1"), ("public", "knock", "dan", "dan", "4.7.1"),
    ("restricted", "knock", "dan", "dan", "4.7.1"), ("knock", "knock", "dan", "dan", nil),
    ("knock", "knock", "hal", "hal", nil), ("knock", "knock", "gus", "gus", nil),
    ("knock", "knock", "eve", "eve", "4.7.4"), ("knock", "knock", "cem", "cem", "4.7.4"),
    ("knock", "knock", "fay", "fay", "4.7.4"), ("knock", "knock", "ann", "dan", "4.7.2"),
    ("knock_restricted", "knock", "dan", "dan", nil), ("knock_restricted", "knock", "fay", "fay", "4.7.4"),
    // Nothing that there is.
    ("public", "leaves", "cem", "cem", "4.8"), ("public", "", "cem", "cem", "4.8"),
    ("public", "Join", "dan", "dan", "4.8"),
  ]

  static let all: [AuthorizationCase] =
    table.map { rule, membership, sender, target, refusedBy in
      AuthorizationCase(
        RawRoom.standard.joinRule(rule), .member(membership, user(target), by: user(sender)), refusedBy)
    } + others

  private static func user(_ name: String) -> UserID { person(name, on: name == "xen" ? far : here) }

  private static let alone = RawRoom().with { $0.isNew = true }
  private static let open = RawRoom.standard.joinRule("public")
  private static let restricted = RawRoom.standard.joinRule("restricted")
  private static let withoutLevels = RawRoom.standard.with { $0["m.room.power_levels"] = nil }

  private static func granted(_ name: String) -> CanonicalJSON.Object {
    ["join_authorised_via_users_server": .string(user(name).rawValue)]
  }

  private static let others: [AuthorizationCase] = [
    // The first member.
    .init(alone, .member("join", ann, by: ann), nil), .init(alone, .member("join", bob, by: bob), "4.3.4"),
    .init(alone, .member("join", bob, by: ann), "4.3.2"),
    .init(alone, .member("invite", bob, by: ann), "4.4.2"),
    .init(alone.with { $0.isNew = false }, .member("join", ann, by: ann), "4.3.4"),
    // What is no membership.
    .init(open, Draft(type: "m.room.member", sender: ann, content: ["membership": "join"]), "4.1"),
    .init(
      open, Draft(type: "m.room.member", stateKey: "ann", sender: ann, content: ["membership": "join"]), "4.1"
    ),
    .init(open, Draft(type: "m.room.member", stateKey: dan.rawValue, sender: dan, content: [:]), "4.1"),
    .init(
      open, Draft(type: "m.room.member", stateKey: dan.rawValue, sender: dan, content: ["membership": 1]),
      "4.8"),
    // Let in by a member.
    .init(restricted, .member("join", dan, by: dan, granted("ann")), nil),
    .init(restricted, .member("join", dan, by: dan, granted("bob")), nil),
    .init(restricted, .member("join", dan, by: dan, granted("cem")), "4.3.5.2"),
    .init(restricted, .member("join", dan, by: dan, granted("ike")), "4.3.5.2"),
    .init(restricted, .member("join", dan, by: dan, granted("dan")), "4.3.5.2"),
    .init(restricted, .member("join", gus, by: gus, granted("ann")), nil),
    .init(restricted, .member("join", person("fay"), by: person("fay"), granted("ann")), "4.3.3"),
    .init(restricted, .member("join", dan, by: dan, granted("xen")), "4.2.1"),
    .init(open, .member("join", dan, by: dan, granted("xen")), "4.2.1"),
    .init(open, .member("join", dan, by: dan, ["join_authorised_via_users_server": 1]), "4.2.1"),
    .init(open, .member("join", dan, by: dan, granted("cem")), nil),
    .init(
      RawRoom.standard.joinRule("knock_restricted"), .member("join", dan, by: dan, granted("ann")), nil),
    // By third parties.
    .init(open, .member("invite", dan, by: ann, ["third_party_invite": ["signed": [:]]]), "4.4.1"),
    // Rooms whose levels are the standard ones.
    .init(withoutLevels, .member("invite", dan, by: cem), nil),
    .init(withoutLevels, .member("ban", cem, by: ann), nil),
    .init(withoutLevels, .member("ban", cem, by: bob), "4.6.3"),
    .init(withoutLevels, .member("leave", cem, by: ann), nil),
    .init(withoutLevels, .member("leave", cem, by: bob), "4.5.5"),
    .init(withoutLevels, .member("leave", person("fay"), by: bob), "4.5.3"),
    // Other levels.
    .init(.standard.levels(#"{"invite":0}"#), .member("invite", dan, by: cem), nil),
    .init(.standard.levels(#"{"invite":101}"#), .member("invite", dan, by: ann), "4.4.5"),
    .init(.standard.levels(#"{"users_default":50}"#), .member("invite", dan, by: cem), nil),
    .init(.standard.levels(#"{"users_default":50}"#), .member("leave", cem, by: bob), "4.5.5"),
    .init(.standard.levels(#"{"kick":0}"#), .member("leave", cem, by: cem), nil),
    .init(.standard.levels(#"{"kick":0}"#), .member("leave", dan, by: cem), "4.5.5"),
    .init(.standard.levels(#"{"ban":60}"#), .member("leave", person("fay"), by: bob), "4.5.3"),
    .init(.standard.levels(#"{"kick":60}"#), .member("leave", person("fay"), by: bob), "4.5.5"),
    .init(.standard.levels(#"{"ban":-1,"users_default":-1}"#), .member("ban", dan, by: cem), "4.6.3"),
    // A room of one server.
    .init(
      open.with { $0["m.room.create"]?["m.federate"] = false },
      .member("join", user("xen"), by: user("xen")), "3"),
    .init(open.with { $0["m.room.create"]?["m.federate"] = false }, .member("join", dan, by: dan), nil),
  ]

  private static let gus = person("gus")
}
