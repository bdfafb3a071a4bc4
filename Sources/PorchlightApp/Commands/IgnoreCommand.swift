internal import PorchlightSDK
internal import Screen

/// `ignore Ola`: hears no more of a user who asks to see oneself; without one, of the user whose invite is selected. They
/// are not told, and nothing here takes it back.
struct IgnoreCommand: Command {
  static let names = ["ignore"]
  static let isAnswer = true

  let target: PersonTarget

  static func arguments(in model: Model) -> [Argument] { model.askers }

  init(_ target: PersonTarget) { self.target = target }
  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "hear no more of who asks" }

  func problem(in model: Model) -> String? { model.problem(withAsker: target) }

  func resolved(in model: Model) -> IgnoreCommand { IgnoreCommand(model.asker(target)) }

  func run(_ model: inout Model) -> [Intent] {
    model.answer(model.asker(target)) { .ignore($0) }?.intents ?? []
  }
}
