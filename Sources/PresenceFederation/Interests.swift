internal import MatrixWire

/// How local users are interested in remote ones, and whose servers have yet to be told of a change.
struct Interests: Sendable {
  /// What of a user decides how their interest is sent.
  struct Interest: Hashable, Sendable {
    var looks = false
    var stands = false
  }

  /// How many remote users on one list are looked after at once.
  static let usersAtOnce = 128

  private var interests: [UserID: Interest] = [:]
  /// Remote users whom the interest of a user has yet to be told of.
  private var restanding: [UserID: ArraySlice<UserID>] = [:]

  subscript(user: UserID) -> Interest { interests[user] ?? Interest() }

  /// - Returns: whether it changed.
  mutating func set(_ interest: Interest, of user: UserID) -> Bool {
    guard interest != self[user] else { return false }
    interests[user] = interest == Interest() ? nil : interest
    return true
  }

  /// The interest of a user changed: these have to be looked after, in order.
  mutating func restand(_ user: UserID, _ others: [UserID]) { restanding[user] = others[...] }

  /// Takes out a few of those who have to be looked after: there may be thousands, and other users wait.
  ///
  /// - Returns: these, and whether they were the last; nil where there were none.
  mutating func takeSome(of user: UserID) -> (some: ArraySlice<UserID>, isLast: Bool)? {
    guard let some = restanding[user]?.prefix(Self.usersAtOnce) else { return nil }
    restanding[user]?.removeFirst(some.count)
    guard restanding[user]?.isEmpty == true else { return (some, false) }
    return (some, true)
  }

  /// All of them were looked after.
  mutating func finish(_ user: UserID) { restanding[user] = nil }

  /// How long it takes until all are looked after: what is to be asked goes together.
  func span(of user: UserID) -> Duration {
    restanding[user].map { .milliseconds($0.count / Self.usersAtOnce + 1) } ?? .zero
  }
}
