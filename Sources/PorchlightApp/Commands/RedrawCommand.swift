/// `redraw`: has the terminal paint everything once more.
struct RedrawCommand: PlainCommand {
  static let names = ["redraw"]
  static let worksEverywhere = true
  var help: String { "paint the screen anew" }

  func run(_ model: inout Model) -> [Intent] { [.redraw] }
}
