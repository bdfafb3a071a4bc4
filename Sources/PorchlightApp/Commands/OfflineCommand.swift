/// `offline on`: shows the people who are offline, or hides them; without a word, the other of the two.
struct OfflineCommand: Command {
  static let names = ["offline"]

  private let visibility: Switch?

  static func arguments(in model: Model) -> [Argument] { Switch.arguments }

  private init(_ visibility: Switch?) { self.visibility = visibility }

  init?(argument: String?) {
    let visibility = argument.flatMap { Switch(rawValue: $0) }
    if argument != nil, visibility == nil { return nil }
    self.init(visibility)
  }

  var argument: String? { visibility?.rawValue }
  var help: String { "offline people on/off" }

  func run(_ model: inout Model) -> [Intent] {
    let before = Switch(!model.list.folded.contains(.offline))
    if visibility != before { model.list.toggle(.offline) }
    return []
  }

  func inverse(in model: Model) -> (any Command)? {
    let before = Switch(!model.list.folded.contains(.offline))
    return visibility == before ? nil : OfflineCommand(before)
  }
}
