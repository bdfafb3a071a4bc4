internal import PorchlightSDK

/// `deny`: denies the user whose invite is selected.
struct DenyCommand: PlainCommand {
  static let names = ["deny"]
  var help: String { "deny the invite" }

  static let isAnswer = true

  func run(_ model: inout Model) -> [Intent] { model.answer { .deny($0) }?.intents ?? [] }
}
