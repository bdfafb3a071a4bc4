internal import MatrixWire
internal import PorchlightSDK

/// `set away`: chooses how others see oneself. The text stays.
struct SetCommand: Command {
  static let names = ["set"]

  let choice: PresenceState
  /// What undo takes back; nil for what the user writes.
  private let replaced: PresenceState?

  static func arguments(in model: Model) -> [Argument] { choices.map { Argument($0.word) } }

  init(_ choice: PresenceState, replacing replaced: PresenceState? = nil) {
    self.choice = choice
    self.replaced = replaced
  }

  init?(argument: String?) {
    guard let choice = argument.flatMap(Self.choice(called:)) else { return nil }
    self.init(choice)
  }

  var argument: String? { Self.choices.first { $0.choice == choice }?.word }
  var help: String { "be " + DisplayState(chosen: choice).word }

  /// What was chosen elsewhere meanwhile stays. Only a server of ours tells that from idleness.
  func problem(in model: Model) -> String? {
    guard let replaced, model.server.hasPresenceLists == true else { return nil }
    let present = model.own.status.current(model.echo).presence
    return present == replaced || present == choice ? nil : "your state has changed since"
  }

  func delay(in model: Model) -> String? { model.isOwnKnown ? nil : "not connected yet" }

  func run(_ model: inout Model) -> [Intent] { model.publish(choice) }

  func inverse(in model: Model) -> (any Command)? {
    let before = model.own.status.current(model.echo).presence
    let choice = model.server.traits.shown(choice)
    return model.isOwnKnown && before != choice ? SetCommand(before, replacing: choice) : nil
  }

  /// The choice that a word stands for; nil where none does.
  static func choice(called word: String) -> PresenceState? { choices.first { $0.word == word }?.choice }

  private static let choices: [(word: String, choice: PresenceState)] = [
    ("online", .online), ("away", .unavailable), ("busy", .busy), ("invisible", .hidden),
    ("free-for-chat", .freeForChat),
  ]
}
