internal import MatrixWire
internal import PorchlightApp
internal import Screen

/// States and texts as the shell prints them.
enum StateText {
  /// How somebody else appears.
  static func of(_ state: PresenceState) -> String {
    switch state {
    case .online: "online"
    case .unavailable: "idle"
    case .offline, .hidden: "offline"
    case .freeForChat: "free for chat"
    case .busy: "busy"
    case .unknown, .other: "unknown"
    }
  }

  /// How somebody else appears, and where nothing is known, why.
  static func of(_ state: PresenceState, _ reason: UnknownReason?, _ user: UserID) -> String {
    guard let reason, state == .unknown else { return of(state) }
    return "\(of(state)): \(SafeText(untrusted: UnknownText.of(reason, user, isPending: false)))"
  }

  /// How one chose to appear, and where that differs, what others see now.
  static func own(_ content: PresenceContent) -> String {
    let choice = content.choice ?? content.state
    let word =
      switch choice {
      case .unavailable: "away"
      case .hidden: "invisible"
      default: of(choice)
      }
    guard choice != .hidden, content.state != choice else { return word }
    return "\(word) (now \(of(content.state)))"
  }

  /// A status text behind a state, safe for a terminal; nothing where there is none.
  static func note(_ text: String?) -> String {
    guard let text, !text.isEmpty else { return "" }
    let safe = SafeText(untrusted: text)
    return safe.isEmpty ? "" : " - \(safe)"
  }
}
