/// `help`: shows the keys.
struct HelpCommand: PlainCommand {
  static let names = ["help"]
  var help: String { "these keys" }

  func run(_ model: inout Model) -> [Intent] {
    model.layers.open(.help(top: 0))
    return []
  }
}
