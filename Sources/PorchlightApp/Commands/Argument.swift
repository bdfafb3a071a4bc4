internal import Screen

/// Something that may follow the name of a command.
struct Argument: Hashable, Sendable {
  /// As it is written.
  let text: String
  /// What else it is found by, for users: their display name. Not safe for a screen.
  let name: String?

  init(_ text: String, called name: String? = nil) {
    self.text = text
    self.name = name
  }

  /// Whether it may be meant by a user who has written that much, in lower case. Its own case does not matter.
  func isMeant(by start: String) -> Bool {
    let text = text.lowercased()
    if text.hasPrefix(start) || text.hasPrefix("@" + start) { return true }
    guard let name else { return false }
    let words = SafeText(untrusted: name).string.lowercased()
    return words.hasPrefix(start) || words.contains(" " + start)
  }
}
