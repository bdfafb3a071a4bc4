internal import PorchlightSDK
internal import Screen

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
  let change: ContactChange?

  init(_ text: SafeText, _ kind: Kind = .information, until change: ContactChange? = nil) {
    self.text = text
    self.kind = kind
    self.change = change
  }
}
