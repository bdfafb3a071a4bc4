/// `submit`: chooses what is selected, sends what is written, or says yes.
struct SubmitCommand: PlainCommand {
  static let names = ["submit"]
  static let isForLayers = true
  var help: String { "send, or choose" }

  func run(_ model: inout Model) -> [Intent] { model.submit() }
}
