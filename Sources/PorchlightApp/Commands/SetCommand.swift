internal import MatrixWire
internal import PorchlightSDK

/// `set away`: chooses how others see oneself. The text stays.
struct SetCommand: Command {
  static let names = ["set"]

  let choice: PresenceState

  static func arguments(in model: Model) -> [Argument] { choices.map { Argument($0.word) } }

  init(_ choice: PresenceState) { self.choice = choice }

  init?(argument: String?) {
    guard let choice = argument.flatMap(Self.choice(called:)) else { return nil }
    self.init(choice)
  }

  var argument: String? { Self.choices.first { $0.choice == choice }?.word }
  var help: String { "be " + DisplayState(chosen: choice).word }

  func delay(in model: Model) -> String? { model.isOwnKnown ? nil : "not connected yet" }

  func run(_ model: inout Model) -> [Intent] { model.publish(choice) }

  func inverse(in model: Model) -> (any Command)? {
    let before = model.own.status.current(model.echo).presence
    return model.isOwnKnown && before != choice ? SetCommand(before) : nil
  }

  /// The choice that a word stands for; nil where none does.
  static func choice(called word: String) -> PresenceState? { choices.first { $0.word == word }?.choice }

  private static let choices: [(word: String, choice: PresenceState)] = [
    ("online", .online), ("away", .unavailable), ("busy", .busy), ("invisible", .hidden),
    ("free-for-chat", .freeForChat),
  ]
}
