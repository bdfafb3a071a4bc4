internal import MatrixWire
public import PresenceCore

extension FederationEngine {
  /// The effects of an input.
  public struct Step: Sendable {
    /// What became known of other servers and their users. The engine need not be told what follows.
    public private(set) var updates: [RemoteUpdate] = []
    /// For other servers.
    public internal(set) var federation: [FederationEffect] = []
    /// Of whom something is known, or is not, once the updates are applied.
    private var known: [UserID: Bool] = [:]

    mutating func update(_ update: RemoteUpdate) {
      updates.append(update)
      switch update {
      case .state(let user, let content, _): known[user] = content.state != .unknown
      case .unknown(let user, _): known[user] = false
      case .silent, .back: break
      }
    }

    /// Whether the state of a remote user is known, once the updates are applied to these rules.
    func isKnown(_ user: UserID, _ rules: PresenceRules) -> Bool {
      known[user] ?? (rules.remoteState(of: user) ?? .unknown != .unknown)
    }
  }
}
