internal import MatrixWire

/// `move next`: selects another row, or moves in what is open.
struct MoveCommand: Command {
  static let names = ["move"]

  let motion: Motion

  static func arguments(in model: Model) -> [Argument] { Motion.allCases.map { Argument($0.rawValue) } }

  init?(argument: String?) {
    guard let motion = argument.flatMap({ Motion(rawValue: $0) }) else { return nil }
    self.motion = motion
  }

  var argument: String? { motion.rawValue }

  var help: String {
    switch motion {
    case .next: "next person"
    case .previous: "previous person"
    case .first: "first person"
    case .last: "last person"
    case .pageDown: "a page down"
    case .pageUp: "a page up"
    case .halfPageDown: "half a page down"
    case .halfPageUp: "half a page up"
    case .nextGroup: "next group"
    case .previousGroup: "previous group"
    }
  }

  func run(_ model: inout Model) -> [Intent] {
    model.move(motion)
    return []
  }
}
