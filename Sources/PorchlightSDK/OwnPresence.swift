public import MatrixWire

/// The own presence, as the server last echoed it.
public struct OwnPresence: Hashable, Sendable {
  public let userID: UserID
  public internal(set) var displayName: String?
  /// What was chosen, on this device or another.
  public internal(set) var choice: PresenceState = .online
  /// What others see, or `hidden`.
  public internal(set) var state: PresenceState = .unknown
  public internal(set) var statusText: String?

  init(userID: UserID) { self.userID = userID }

  mutating func apply(_ content: PresenceContent) {
    state = content.state
    choice = content.choice ?? content.state
    statusText = content.statusMessage.flatMap { $0.isEmpty ? nil : $0 }
    if let name = content.displayName { displayName = DisplayName.shown(name) }
  }
}
