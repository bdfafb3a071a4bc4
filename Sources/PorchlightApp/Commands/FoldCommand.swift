internal import Screen

/// `fold idle`: folds a group, or opens it; without one, the group of the selected row.
struct FoldCommand: Command {
  static let names = ["fold"]

  let group: RosterGroup?
  /// What becomes of it; nil for what it is not now.
  private let isFolded: Bool?

  static func arguments(in model: Model) -> [Argument] {
    RosterGroup.allCases.map { Argument($0.word) }
  }

  init(_ group: RosterGroup?, isFolded: Bool? = nil) {
    self.group = group
    self.isFolded = isFolded
  }

  init?(argument: String?) {
    let group = argument.flatMap { word in RosterGroup.allCases.first { $0.word == word } }
    if argument != nil, group == nil { return nil }
    self.init(group)
  }

  var argument: String? { group?.word }
  var help: String { "fold or open the group" }

  func resolved(in model: Model) -> FoldCommand {
    FoldCommand(group ?? model.list.selectedGroup, isFolded: isFolded)
  }

  func run(_ model: inout Model) -> [Intent] {
    guard let group = resolved(in: model).group, isFolded != model.list.folded.contains(group) else {
      return []
    }
    if Self.canToggle(group, in: model) {
      model.list.toggle(group)
    } else {
      model.notices.show(Notice("invites stay visible until they are answered"))
    }
    return []
  }

  func inverse(in model: Model) -> (any Command)? {
    guard let group = resolved(in: model).group, Self.canToggle(group, in: model) else { return nil }
    let before = model.list.folded.contains(group)
    return isFolded == before ? nil : FoldCommand(group, isFolded: before)
  }

  private static func canToggle(_ group: RosterGroup, in model: Model) -> Bool {
    group != .invites || model.list.folded.contains(group)
  }
}

extension RosterGroup {
  /// As it is written after a command.
  fileprivate var word: String { title.lowercased() }
}
