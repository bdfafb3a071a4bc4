/// One way to complete a command line.
struct Completion: Hashable, Sendable {
  /// The whole line that it makes.
  let line: String
  /// Whether nothing may follow it.
  let isWhole: Bool

  /// A command's name.
  init(name: String, isWhole: Bool) {
    line = name
    self.isWhole = isWhole
  }

  /// A command's argument.
  init(name: String, argument: Argument) {
    line = name + " " + argument.text
    isWhole = true
  }
}
