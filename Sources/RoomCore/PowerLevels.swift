public import MatrixWire

/// Who may do what in a room.
///
/// Source: Matrix specification, `m.room.power_levels`.
public struct PowerLevels: Hashable, Sendable {
  /// The levels that have a name of their own.
  enum Named: String, CaseIterable {
    case usersDefault = "users_default"
    case eventsDefault = "events_default"
    case stateDefault = "state_default"
    case ban
    case redact
    case kick
    case invite

    fileprivate var standard: Int64 {
      switch self {
      case .usersDefault, .eventsDefault, .invite: 0
      case .stateDefault, .ban, .redact, .kick: 50
      }
    }
  }

  /// What the event says, by key; nil where there is none.
  let content: CanonicalJSON.Object?
  private let creator: UserID

  /// - Parameters:
  ///   - content: what `m.room.power_levels` says.
  ///   - creator: who may do everything while nothing is said.
  init(_ content: CanonicalJSON.Object?, creator: UserID) {
    (self.content, self.creator) = (content, creator)
  }

  func level(_ name: Named) -> Int64 { content?[name.rawValue]?.integer ?? name.standard }

  /// The power of a user.
  public func level(of user: UserID) -> Int64 {
    guard let content else { return user == creator ? 100 : 0 }
    return content["users"]?[user.rawValue]?.integer ?? level(.usersDefault)
  }

  /// The power it takes to send an event.
  public func required(for type: String, isState: Bool) -> Int64 {
    content?["events"]?[type]?.integer ?? level(isState ? .stateDefault : .eventsDefault)
  }

  func may(_ user: UserID, _ act: Named) -> Bool { level(of: user) >= level(act) }
}
