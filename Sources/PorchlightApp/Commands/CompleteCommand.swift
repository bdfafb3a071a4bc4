/// `complete next`: completes the command that is being written, or goes on to another way to complete it.
struct CompleteCommand: Command {
  static let names = ["complete"]
  static let isForLayers = true

  let direction: CommandPrompt.Direction

  static func arguments(in model: Model) -> [Argument] {
    CommandPrompt.Direction.allCases.map { Argument($0.rawValue) }
  }

  init?(argument: String?) {
    guard let direction = argument.flatMap({ CommandPrompt.Direction(rawValue: $0) }) else { return nil }
    self.direction = direction
  }

  var argument: String? { direction.rawValue }

  var help: String {
    switch direction {
    case .next: "complete, or the next way to"
    case .previous: "the way to complete before"
    }
  }

  func run(_ model: inout Model) -> [Intent] {
    guard case .commandPrompt(var prompt) = model.layers.top else {
      model.reportNothingOpen()
      return []
    }
    prompt.complete(direction, in: model)
    model.layers.update(.commandPrompt(prompt))
    return []
  }
}
