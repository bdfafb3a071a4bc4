internal import Screen

/// One way to complete a command line.
struct Completion: Hashable, Sendable {
  /// The whole line that it makes.
  let line: String
  /// Whether nothing may follow it.
  let isWhole: Bool
  /// The word that it completes, and what a user is called whom it names. Not safe for a screen.
  private let word: String
  private let name: String?

  /// A command's name.
  init(name: String, isWhole: Bool) {
    line = name
    self.isWhole = isWhole
    word = name
    self.name = nil
  }

  /// A command's argument.
  init(name: String, argument: Argument) {
    line = name + " " + argument.text
    isWhole = true
    word = argument.text
    self.name = argument.name
  }

  /// What a list of them shows. The user ID ends it, which nobody can make up.
  func label(_ look: RenderContext) -> SafeText {
    let word = SafeText(untrusted: word)
    guard let name = name.map({ SafeText(untrusted: $0) }), !name.isEmpty else { return word }
    let isSaid =
      name == word
      || word.string.lowercased().dropFirst().hasPrefix(name.string.lowercased() + ":")
    return isSaid ? word : look.clip(name, to: 16) + " (" + word + ")"
  }
}
