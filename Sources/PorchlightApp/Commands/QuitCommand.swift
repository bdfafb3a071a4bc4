/// `quit`: ends the roster.
struct QuitCommand: PlainCommand {
  static let names = ["quit"]
  var help: String { "quit" }

  func run(_ model: inout Model) -> [Intent] { [.quit(.quit)] }
}
