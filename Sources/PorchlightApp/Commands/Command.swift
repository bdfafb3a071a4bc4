/// Something a user can have the roster do, by a key or by a line of text.
///
/// One type per name, in a file of its own. A command is a value: what it was given is in it, and what it does depends
/// on nothing but that and the model.
protocol Command: Sendable {
  /// What it is called on a command line; the first is what the keymap says, the others are as good.
  static var names: [String] { get }

  /// Whether it answers people.
  static var isAnswer: Bool { get }

  /// Whether it is a step for undo even where nothing takes it back, so that no older step is taken for it.
  static var isAlwaysRecorded: Bool { get }

  /// Whether a key that is held must not do it again by itself.
  static var isOncePerPress: Bool { get }

  /// Whether its key in the list works wherever one is.
  static var worksEverywhere: Bool { get }

  /// Whether it is about something that is open over the list, so that a command line has no use for it.
  static var isForLayers: Bool { get }

  /// Whether something may follow the name.
  static var takesArgument: Bool { get }

  /// What may follow the name, as far as that can be told beforehand; empty where nothing may, or anything.
  static func arguments(in model: Model) -> [Argument]

  /// What has to follow the name, in words for the user who wrote something else.
  static func usage(in model: Model) -> String

  /// Nil where the command takes no such argument.
  ///
  /// - Parameter argument: what follows the name, without the blanks around it; nil where nothing does, and `""` only
  ///   where a prompt was left empty.
  init?(argument: String?)

  /// What follows the name in the line for it; nil where nothing does.
  var argument: String? { get }

  /// What the help says of it.
  var help: String { get }

  /// What is wrong with the argument as things are, in words for the user; nil where nothing is.
  func problem(in model: Model) -> String?

  /// What it has to wait for before it can run, in words for the user; nil where it can.
  func delay(in model: Model) -> String?

  /// The same command, naming what it would otherwise find by the selection.
  func resolved(in model: Model) -> Self

  /// Does it, and says what else is to be done.
  func run(_ model: inout Model) -> [Intent]

  /// What takes it back if it runs on this model; nil where it changes nothing, or nothing can take it back.
  ///
  /// It names what it acts upon: it does the same wherever the user went meanwhile.
  func inverse(in model: Model) -> (any Command)?
}

extension Command {
  static var isAnswer: Bool { false }
  static var isAlwaysRecorded: Bool { isAnswer }
  static var isOncePerPress: Bool { isAnswer }
  static var worksEverywhere: Bool { false }
  static var isForLayers: Bool { false }
  static var takesArgument: Bool { true }
  static func arguments(in model: Model) -> [Argument] { [] }
  static func usage(in model: Model) -> String { arguments(in: model).map(\.text).joined(separator: ", ") }
  func problem(in model: Model) -> String? { nil }
  func delay(in model: Model) -> String? { nil }
  func resolved(in model: Model) -> Self { self }
  func inverse(in model: Model) -> (any Command)? { nil }

  /// The line that is read as this command. Not safe for a screen.
  var line: String {
    let name = Self.names.first ?? ""
    guard let argument, !argument.isEmpty else { return name }
    return name + " " + argument
  }
}

/// A command that takes no argument.
protocol PlainCommand: Command {
  init()
}

extension PlainCommand {
  static var takesArgument: Bool { false }
  static func usage(in model: Model) -> String { "nothing after it" }

  init?(argument: String?) {
    guard argument == nil else { return nil }
    self.init()
  }

  var argument: String? { nil }
}
