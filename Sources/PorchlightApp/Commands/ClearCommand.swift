/// `clear`: clears the own status text.
struct ClearCommand: PlainCommand {
  static let names = ["clear"]
  var help: String { "clear your status text" }

  func run(_ model: inout Model) -> [Intent] { model.publish(text: "") }

  func inverse(in model: Model) -> (any Command)? { StatusCommand(text: "").inverse(in: model) }
}
