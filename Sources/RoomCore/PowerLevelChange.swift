internal import MatrixWire

/// Rule 9 of room version 11: what a user may change about power.
struct PowerLevelChange {
  private let old: CanonicalJSON.Object?
  private let new: CanonicalJSON.Object
  private let sender: UserID
  private let power: Int64

  init(from levels: PowerLevels, to content: CanonicalJSON.Object, by sender: UserID) {
    (old, new, self.sender) = (levels.content, content, sender)
    power = levels.level(of: sender)
  }

  func check() throws(AuthorizationRefusal) {
    try checkForm()
    guard old != nil else { return }
    for name in PowerLevels.Named.allCases {
      let (before, after) = (old?[name.rawValue]?.integer, new[name.rawValue]?.integer)
      if before == after { continue }
      try check("9.5.1", "'\(name.rawValue)'", before)
      try check("9.5.2", "'\(name.rawValue)'", after)
    }
    for map in ["events", "notifications"] {
      for (key, before, after) in changes(in: map) {
        try check("9.6.1", "'\(key)' in '\(map)'", before)
        try check("9.7.1", "'\(key)' in '\(map)'", after)
      }
    }
    for (key, before, after) in changes(in: "users") {
      if let before, !key.hasBytes(of: sender.rawValue), before >= power {
        throw AuthorizationRefusal(
          "9.8.1", "\(sender) has power \(power) and cannot change the \(before) of \(key).")
      }
      try check("9.9.1", "the power of \(key)", after)
    }
  }

  private func check(_ rule: String, _ what: String, _ level: Int64?) throws(AuthorizationRefusal) {
    guard let level, level > power else { return }
    throw AuthorizationRefusal(
      rule, "\(sender) has power \(power) and cannot change \(what), which is \(level).")
  }

  /// Keys of a map whose values differ, with what they were and will be.
  private func changes(in map: String) -> [(key: String, before: Int64?, after: Int64?)] {
    let (before, after) = (old?[map]?.object ?? [:], new[map]?.object ?? [:])
    let added = after.members.map(\.key).filter { before[$0] == nil }
    return (before.members.map(\.key) + added).compactMap { key in
      let (before, after) = (before[key]?.integer, after[key]?.integer)
      return before == after ? nil : (key, before, after)
    }
  }

  private func checkForm() throws(AuthorizationRefusal) {
    for name in PowerLevels.Named.allCases {
      guard new[name.rawValue].map({ $0.integer != nil }) ?? true else {
        throw AuthorizationRefusal("9.1", "'\(name.rawValue)' is not an integer.")
      }
    }
    for map in ["events", "notifications"] {
      guard new[map].map(Self.isMapOfLevels) ?? true else {
        throw AuthorizationRefusal("9.2", "'\(map)' is not an object of integers.")
      }
    }
    guard let users = new["users"] else { return }
    guard Self.isMapOfLevels(users), users.object?.members.allSatisfy({ UserID($0.key) != nil }) ?? false
    else {
      throw AuthorizationRefusal("9.3", "'users' is not an object of integers by user ID.")
    }
  }

  private static func isMapOfLevels(_ value: CanonicalJSON) -> Bool {
    value.object?.members.allSatisfy { $0.value.integer != nil } ?? false
  }
}
