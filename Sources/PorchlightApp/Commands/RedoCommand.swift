/// `redo`: does again what was undone last.
struct RedoCommand: PlainCommand {
  static let names = ["redo"]
  static let isOncePerPress = true
  var help: String { "do again what you undid" }

  func run(_ model: inout Model) -> [Intent] { model.redo() }
}
