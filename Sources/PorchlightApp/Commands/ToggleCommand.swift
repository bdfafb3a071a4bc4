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
    var status = model.own.status
    let next = next(&status, in: model)
    model.own.status = status
    return model.publish(next)
  }

  func inverse(in model: Model) -> (any Command)? {
    guard model.isOwnKnown else { return nil }
    var status = model.own.status
    return SetCommand(next(&status, in: model)).inverse(in: model)
  }

  /// Where the server has no word for the choice, what others see instead is what the key goes to and comes back from.
  private func next(_ status: inout OwnStatus, in model: Model) -> PresenceState {
    let shown = model.server.traits.shown(choice)
    let next = status.toggled(shown, echo: model.echo)
    return next == shown ? choice : next
  }
}
