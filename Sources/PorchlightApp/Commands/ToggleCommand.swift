internal import MatrixWire
internal import PorchlightSDK

/// `toggle away`: goes there, or back to what was chosen before.
struct ToggleCommand: Command {
  static let names = ["toggle"]

  let choice: PresenceState

  private static let words = ["away", "busy"]

  static func arguments(in model: Model) -> [Argument] { words.map { Argument($0) } }

  init?(argument: String?) {
    guard let argument, Self.words.contains(argument), let choice = SetCommand.choice(called: argument) else {
      return nil
    }
    self.choice = choice
  }

  var argument: String? { SetCommand(choice).argument }
  var help: String { DisplayState(chosen: choice).word + ", and back" }

  func run(_ model: inout Model) -> [Intent] {
    guard model.checkOwnIsKnown() else { return [] }
    return model.publish(model.own.status.toggled(choice, echo: model.echo))
  }

  func inverse(in model: Model) -> (any Command)? {
    guard model.isOwnKnown else { return nil }
    var status = model.own.status
    return SetCommand(status.toggled(choice, echo: model.echo)).inverse(in: model)
  }
}
