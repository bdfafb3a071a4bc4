/// `detail on`: shows what is known about the selected person, or hides it; without a word, the other of the two.
struct DetailCommand: Command {
  static let names = ["detail"]

  private let visibility: Switch?

  static func arguments(in model: Model) -> [Argument] { Switch.arguments }

  private init(_ visibility: Switch?) { self.visibility = visibility }

  init?(argument: String?) {
    let visibility = argument.flatMap { Switch(rawValue: $0) }
    if argument != nil, visibility == nil { return nil }
    self.init(visibility)
  }

  var argument: String? { visibility?.rawValue }
  var help: String { "details on/off" }

  func run(_ model: inout Model) -> [Intent] {
    model.showsDetail = visibility.map { $0 == .on } ?? !model.showsDetail
    return []
  }

  func inverse(in model: Model) -> (any Command)? {
    let before = Switch(model.showsDetail)
    return visibility == before ? nil : DetailCommand(before)
  }
}
