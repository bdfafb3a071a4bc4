/// A block of rows under one heading, in the order of the screen.
enum RosterGroup: Int, CaseIterable, Hashable, Comparable, Sendable {
  case invites, here, idle, offline, unknown
  /// Who shares a room and is not on the list.
  case around

  static func < (left: RosterGroup, right: RosterGroup) -> Bool { left.rawValue < right.rawValue }

  /// What becomes of it as long as the user says nothing else. Between the two numbers it stays as it is, so that one person
  /// who comes and goes does not fold and open it again and again.
  ///
  /// - Parameters:
  ///   - population: how many people are in it.
  ///   - isFolded: whether it is folded now.
  /// - Returns: whether it is folded from now on.
  func foldsByItself(population: Int, isFolded: Bool) -> Bool {
    switch self {
    case .invites, .here, .idle, .unknown: false
    case .offline: true
    case .around: population > (isFolded ? Self.fewAround - 1 : Self.mostAround)
    }
  }

  /// How many people around are shown without a word of the user.
  private static let mostAround = 30
  /// With fewer than that they are shown again.
  private static let fewAround = 25

  var title: String {
    switch self {
    case .invites: "Invites"
    case .here: "Here"
    case .idle: "Idle"
    case .offline: "Offline"
    case .unknown: "Unknown"
    case .around: "Around"
    }
  }
}
