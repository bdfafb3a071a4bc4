internal import MatrixWire

/// What this device says of its user with the means of today's specification: by what its polls say and by the status that
/// it sets (Protocol 9.5). A value; what is told to whom is the caller's.
struct StandardPresence: Hashable, Sendable {
  /// The word of MSC3026; servers take no other.
  private static let busy = PresenceState.other("org.matrix.msc3026.busy")

  private let traits: RosterTraits
  /// How the user wants to appear.
  private(set) var choice = PresenceState.online
  var isIdle = false
  /// The own text, as the server told it last; nil until it has told one.
  private(set) var text: String?
  /// What the user is called in rooms, where the presence of most servers does not say it.
  var name: String?

  init(_ traits: RosterTraits) { self.traits = traits }

  /// Chooses, as far as the server has a word for it.
  mutating func choose(_ wanted: PresenceState) { choice = traits.shown(wanted) }

  /// What polls say. A busy user stays so whatever they say, as long as it is not that they are gone.
  var polled: PresenceState {
    switch choice {
    case .hidden, .offline: .offline
    case .unavailable, .busy: .unavailable
    default: isIdle ? .unavailable : .online
    }
  }

  /// A status as it is set: with its text, whatever else changes, because most servers take an absent one for none.
  func status(_ update: StatusUpdate) -> StatusUpdate {
    let shown = traits.shown(update.presence)
    let word: PresenceState =
      switch shown {
      case .busy: Self.busy
      case .online where isIdle: .unavailable
      default: shown.standard
      }
    return StatusUpdate(presence: word, statusMessage: update.statusMessage ?? "")
  }

  /// The own presence as the server tells it, with the choice, which it does not tell. What other devices chose shows in the
  /// state; a device that is busy makes its user so.
  mutating func heard(_ content: PresenceContent) -> PresenceContent {
    text = content.statusMessage ?? ""
    var content = content
    content.displayName = content.displayName ?? name
    content.choice = content.state == .busy ? .busy : choice
    if choice == .hidden, content.state == .offline { content.state = .hidden }
    return content
  }

  /// The own presence after the server took a status, which it does not tell where nothing has changed by it.
  mutating func took(_ status: StatusUpdate) -> PresenceContent {
    let state: PresenceState = status.presence == Self.busy ? .busy : status.presence
    return heard(PresenceContent(state: state, statusMessage: status.statusMessage))
  }
}
