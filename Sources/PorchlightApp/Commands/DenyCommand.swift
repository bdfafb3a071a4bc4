internal import PorchlightSDK

/// `deny Ola`: denies a user who asks to see oneself; without one, the user whose invite is selected. They can only ask
/// again, so nothing takes it back.
struct DenyCommand: Command {
  static let names = ["deny"]
  static let isAnswer = true

  let target: PersonTarget

  static func arguments(in model: Model) -> [Argument] { model.askers }

  init(_ target: PersonTarget) { self.target = target }
  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "deny the invite" }

  func problem(in model: Model) -> String? { model.problem(withAsker: target) }

  func resolved(in model: Model) -> DenyCommand { DenyCommand(model.asker(target)) }

  func run(_ model: inout Model) -> [Intent] {
    model.answer(model.asker(target)) { .deny($0) }?.intents ?? []
  }
}
