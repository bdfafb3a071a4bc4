/// Something a user can have the roster do, by a key or by a line of text.
///
/// One type per name, in a file of its own. A command is a value: what it was given is in it, and what it does depends
/// on nothing but that and the model.
protocol Command: Sendable {
  /// What it is called on a command line; the first is what the keymap says, the others are as good.
  static var names: [String] { get }

  /// Whether it answers people, so that a key that is held must not do it again by itself.
  static var isAnswer: Bool { get }

  /// Whether its key in the list works wherever one is.
  static var worksEverywhere: Bool { get }

  /// What may follow the name, as far as that can be told beforehand; empty where nothing may, or anything.
  static func arguments(in model: Model) -> [String]

  /// Nil where the command takes no such argument.
  ///
  /// - Parameter argument: what follows the name, without the blanks around it; nil where nothing does, and `""` only
  ///   where a prompt was left empty.
  init?(argument: String?)

  /// What the help says of it.
  var help: String { get }

  /// What is wrong with the argument as things are, in words for the user; nil where nothing is.
  func problem(in model: Model) -> String?

  /// Does it, and says what else is to be done.
  func run(_ model: inout Model) -> [Intent]

  /// What takes it back if it runs on this model; nil where it changes nothing, or nothing can take it back.
  func inverse(in model: Model) -> (any Command)?
}

extension Command {
  static var isAnswer: Bool { false }
  static var worksEverywhere: Bool { false }
  static func arguments(in model: Model) -> [String] { [] }
  func problem(in model: Model) -> String? { nil }
  func inverse(in model: Model) -> (any Command)? { nil }
}

/// A command that takes no argument.
protocol PlainCommand: Command {
  init()
}

extension PlainCommand {
  init?(argument: String?) {
    guard argument == nil else { return nil }
    self.init()
  }
}
