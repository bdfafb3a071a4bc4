internal import MatrixWire

/// What a room is called (Matrix specification, client-server API, "Calculating the display name for a room").
extension JoinedRoom {
  static let nameOfEmptyRoom = "Empty room"

  /// The name that it was given; else its alias; else the names of the others.
  var calculatedName: String {
    if let name = givenName ?? alias.flatMap({ DisplayName.shown($0.rawValue) }) { return name }
    let heroes = heroes
    let names = names(of: heroes)
    let others = joinedCount + invitedCount - 1
    guard others > 0 else {
      return names.isEmpty ? Self.nameOfEmptyRoom : "\(Self.nameOfEmptyRoom) (was \(Self.list(names)))"
    }
    guard !names.isEmpty else { return Self.nameOfEmptyRoom }
    let rest = others - names.count
    return Self.list(rest > 0 ? names + ["\(rest) \(rest == 1 ? "other" : "others")"] : names)
  }

  private static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + (names.count > 2 ? ", and " : " and ") + last
  }

  /// Who stands for the room: as the server says, else the first few others by their IDs.
  private var heroes: [UserID] {
    if let told = summary.heroes, !told.isEmpty { return told.filter { $0 != owner } }
    return firstOthers ?? []
  }

  /// The first others by their IDs.
  func others(most count: Int) -> [UserID] {
    members.keys.reduce(into: []) { if $1 != owner { $0.insert($1, keeping: count) } }
  }

  /// As they are called in the room; those who share a name with another member also by their IDs.
  private func names(of users: [UserID]) -> [String] {
    users.map { user in
      guard let name = DisplayName.shown(members[user]?.displayName) else { return String(user.localpart) }
      return bearers[name, default: 0] > 1 ? "\(name) (\(user.rawValue))" : name
    }
  }
}

extension [UserID] {
  /// Inserts a user into the first few in order, and drops who is not one of them any more.
  mutating func insert(_ user: UserID, keeping most: Int) {
    if count == most, let last, last < user { return }
    insert(user, at: firstIndex { user < $0 } ?? endIndex)
    if count > most { removeLast() }
  }
}
