/// A command as text: a name, and after a space what it is to be done with. The keymap is made of these.
///
/// Text that names no command is allowed, and does nothing.
struct CommandText: Hashable, Sendable, ExpressibleByStringLiteral {
  let text: String

  init(_ text: String) { self.text = text }

  init(stringLiteral text: String) { self.text = text }

  /// The command it names; nil where there is none, or where that takes no such argument.
  var command: (any Command)? {
    let (name, argument) = parts
    return Commands.type(named: name)?.init(argument: argument)
  }

  /// The command it names, or an error that says what is wrong with it and what the argument might have been.
  func read(in model: Model) throws(CommandProblem) -> any Command {
    let (name, argument) = parts
    guard let type = Commands.type(named: name) else {
      throw CommandProblem(message: "no command '\(name)': Tab lists them")
    }
    guard let command = type.init(argument: argument) else {
      throw CommandProblem(message: "'\(name)' takes \(type.usage(in: model))")
    }
    return command
  }

  /// Everything it can be completed to: names, or arguments of the one it names.
  func completions(in model: Model) -> [Completion] {
    let (name, argument) = parts
    guard argument != nil || text.hasSuffix(" "), let type = Commands.type(named: name) else {
      let types = Commands.all.filter { argument == nil && !$0.isForLayers }
      return types.flatMap { type in
        type.names.filter { $0.hasPrefix(name) }.map { Completion(name: $0, isWhole: !type.takesArgument) }
      }
    }
    let start = (argument ?? "").lowercased()
    return type.arguments(in: model).filter { $0.isMeant(by: start) }.map {
      Completion(name: name, argument: $0)
    }
  }

  private var parts: (name: String, argument: String?) {
    let line = text.drop { $0 == " " }
    let name = line.prefix { $0 != " " }
    var argument = line.dropFirst(name.count).drop { $0 == " " }
    while argument.hasSuffix(" ") { argument.removeLast() }
    return (String(name), argument.isEmpty ? nil : String(argument))
  }
}
