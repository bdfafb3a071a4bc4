/// `offline`: shows the people who are offline, or hides them.
struct OfflineCommand: PlainCommand {
  static let names = ["offline"]
  var help: String { "offline people on/off" }

  func run(_ model: inout Model) -> [Intent] {
    model.list.toggle(.offline)
    return []
  }

  func inverse(in model: Model) -> (any Command)? { self }
}
