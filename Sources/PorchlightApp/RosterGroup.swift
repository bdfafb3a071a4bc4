/// A block of rows under one heading, in the order of the screen.
enum RosterGroup: Int, CaseIterable, Hashable, Comparable, Sendable {
  case invites, here, idle, offline, unknown

  static func < (left: RosterGroup, right: RosterGroup) -> Bool { left.rawValue < right.rawValue }

  var title: String {
    switch self {
    case .invites: "Invites"
    case .here: "Here"
    case .idle: "Idle"
    case .offline: "Offline"
    case .unknown: "Unknown"
    }
  }
}
