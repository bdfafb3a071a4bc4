/// What a theme can give a look to. The raw values are the keys of a theme file's `[colors]`.
public enum ThemeRole: String, CaseIterable, Hashable, Sendable {
  case text
  case dim
  case title
  case counts
  case columns
  case group
  case online
  case freeForChat = "free-for-chat"
  case idle
  case busy
  case offline
  case unknown
  case invite
  case away
  case invisible
  case statusText = "status-text"
  case active
  case selection
  case feed
  case feedHighlight = "feed-highlight"
  case keys
  case keysKey = "keys-key"
  case error
  case warning
  case pending
  case frame
  case detailLabel = "detail-label"
  case detailValue = "detail-value"
  case menu
  case menuSelected = "menu-selected"
  case input
  case helpKey = "help-key"
  case helpText = "help-text"

  /// The role whose look is taken where a theme says nothing about this one; nil for `text` and `selection`,
  /// which are then the terminal's own look and that look reversed.
  public var parent: ThemeRole? {
    switch self {
    case .text, .selection: nil
    case .dim, .title, .counts, .online, .idle, .busy, .invite, .statusText, .feedHighlight, .error, .warning,
      .detailValue, .menu, .input, .helpText:
      .text
    case .columns, .offline, .active, .feed, .keys, .pending, .frame, .detailLabel: .dim
    case .group, .keysKey: .title
    case .freeForChat: .online
    case .away: .idle
    case .unknown, .invisible: .offline
    case .menuSelected: .selection
    case .helpKey: .keysKey
    }
  }
}
