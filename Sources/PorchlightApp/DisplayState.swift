internal import MatrixWire
internal import PorchlightSDK

/// How a user is shown in the roster, in the words a person reads. The order is the order of rows.
enum DisplayState: Int, CaseIterable, Hashable, Comparable, Sendable {
  case invite
  case freeForChat
  case online
  case busy
  case idle
  case offline
  case unknown
  /// Chosen `unavailable`; seen in one's own title only.
  case away
  /// Chosen `hidden`; seen in one's own title only.
  case invisible

  static func < (left: DisplayState, right: DisplayState) -> Bool { left.rawValue < right.rawValue }

  /// What others are seen as. `unavailable` is a wire word and never appears on a screen.
  init(seen state: PresenceState) {
    self =
      switch state {
      case .online: .online
      case .freeForChat: .freeForChat
      case .busy: .busy
      case .unavailable: .idle
      case .offline, .hidden: .offline
      case .unknown, .other: .unknown
      }
  }

  /// What one reads of oneself, by choice.
  init(chosen state: PresenceState) {
    self =
      switch state {
      case .unavailable: .away
      case .hidden: .invisible
      default: DisplayState(seen: state)
      }
  }

  var word: String {
    switch self {
    case .invite: "invite"
    case .freeForChat: "free for chat"
    case .online: "online"
    case .busy: "busy"
    case .idle: "idle"
    case .offline: "offline"
    case .unknown: "unknown"
    case .away: "away"
    case .invisible: "invisible"
    }
  }

  /// The same in at most seven letters, where columns are narrow.
  var shortWord: String {
    switch self {
    case .freeForChat: "free"
    default: word
    }
  }

  var group: RosterGroup {
    switch self {
    case .invite: .invites
    case .freeForChat, .online, .busy: .here
    case .idle, .away: .idle
    case .offline, .invisible: .offline
    case .unknown: .unknown
    }
  }
}
