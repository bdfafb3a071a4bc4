internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// What the keys go to.
enum Mode: Hashable, Sendable {
  case list
  case menu(Menu)
  /// The first line of the help that is shown.
  case help(top: Int)
  case status(LineEditor)
  /// A user ID is being written; the note says what is wrong with it.
  case invite(LineEditor, note: String?)
  /// The own display name is being written.
  case name(LineEditor)
  /// Asks whether that person shall be removed.
  case removal(UserID)
  /// Nothing works any more; the next key leaves.
  case ended(SDKError)

  var scope: Keymap.Scope {
    switch self {
    case .list: .list
    case .menu: .menu
    case .help: .help
    case .status, .invite, .name: .editor
    case .removal, .ended: .question
    }
  }

  var isList: Bool { self == .list }
}

/// What can be done with a person.
struct Menu: Hashable, Sendable {
  let row: RowID
  let items: [Action]
  var selected = 0

  /// Nil for who has nothing to offer.
  init?(_ person: Person) {
    row = person.row
    items = person.row.isInvite ? [.accept, .deny, .detail] : [.detail, .remove]
  }

  /// What a key does that chooses something; nil for the others.
  func action(for key: Key) -> Action? {
    if Keymap.action(for: key, in: .menu) == .submit { return choice }
    let action = Keymap.action(for: key, in: .list)
    return action.flatMap { items.contains($0) ? $0 : nil }
  }

  var choice: Action? { items.indices.contains(selected) ? items[selected] : nil }
}

/// One line for the user, until the next key, or for a while.
struct Notice: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case information, warning, error
    /// Something that one key does now.
    case offer
  }

  let text: SafeText
  let kind: Kind
  /// Stays until this change is settled.
  let change: ListChange?

  init(_ text: SafeText, _ kind: Kind = .information, until change: ListChange? = nil) {
    self.text = text
    self.kind = kind
    self.change = change
  }
}

/// How the event stream is doing.
enum Connection: Hashable, Sendable {
  case connecting
  case live
  /// The session has ended.
  case over
  case interrupted(SDKError, retryAt: Instant)

  var isInterrupted: Bool {
    if case .interrupted = self { true } else { false }
  }

  /// Whether what was heard may not be so any more.
  var isLost: Bool { isInterrupted || self == .over }
}
