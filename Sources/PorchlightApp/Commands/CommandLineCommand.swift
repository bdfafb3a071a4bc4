/// `command-line`: opens the line on which commands are written.
struct CommandLineCommand: PlainCommand {
  static let names = ["command-line"]
  var help: String { "write a command" }

  func run(_ model: inout Model) -> [Intent] {
    model.layers.open(.commandPrompt(CommandPrompt(offer: model.notices.offer)))
    return []
  }
}
