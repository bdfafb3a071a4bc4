internal import MatrixWire
internal import PorchlightApp
internal import Screen

/// States and texts as the commands name them, for people and in JSON alike. What `set` takes is called the same
/// everywhere; how others appear is called as in the roster.
enum StateText {
  /// The state of a user in words.
  static func of(_ state: PresenceState) -> String {
    switch state {
    case .online: ChosenState.online.rawValue
    case .unavailable: "idle"
    case .offline, .hidden: "offline"
    case .freeForChat: ChosenState.freeForChat.rawValue
    case .busy: ChosenState.busy.rawValue
    case .unknown, .other: "unknown"
    }
  }

  /// The state of another user in words, and where it is unknown, why.
  static func of(_ state: PresenceState, _ reason: UnknownReason?, _ user: UserID) -> String {
    guard let reason, state == .unknown else { return of(state) }
    return "\(of(state)): \(SafeText(untrusted: UnknownText.of(reason, user, isPending: false)))"
  }

  /// What one chose.
  static func chosen(_ state: PresenceState) -> String {
    switch state {
    case .unavailable: ChosenState.away.rawValue
    case .hidden: ChosenState.invisible.rawValue
    default: of(state)
    }
  }

  /// How far an invite has come; without one, a user only shares a room.
  static func of(_ relation: ListState?) -> String {
    guard let relation else { return around }
    return relation == .pending ? "invited" : relation.rawValue
  }

  /// The relation of a user who shares a room and is not on the list.
  static let around = "around"

  /// How one chose to appear, and where that differs, what others see now.
  static func own(_ content: PresenceContent) -> String {
    let choice = content.choice ?? content.state
    guard choice != .hidden, content.state != choice else { return chosen(choice) }
    return "\(chosen(choice)) (now \(of(content.state)))"
  }

  /// A status text behind a state, safe for a terminal; nothing where there is none.
  static func note(_ text: String?) -> String {
    guard let text, !text.isEmpty else { return "" }
    let safe = SafeText(untrusted: text)
    return safe.isEmpty ? "" : " - \(safe)"
  }
}
