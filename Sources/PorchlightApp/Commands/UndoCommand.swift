/// `undo`: takes back what was done last, and says what that was.
struct UndoCommand: PlainCommand {
  static let names = ["undo"]
  static let isOncePerPress = true
  var help: String { "undo what you did last" }

  func run(_ model: inout Model) -> [Intent] { model.undo() }
}
