internal import Screen

/// `fold`: folds the group of the selected row, or opens it.
struct FoldCommand: PlainCommand {
  static let names = ["fold"]
  var help: String { "fold or open the group" }

  func run(_ model: inout Model) -> [Intent] {
    guard let group = model.list.selectedGroup else { return [] }
    if Self.canToggle(group, in: model) {
      model.list.toggle(group)
    } else {
      model.notices.show(Notice("invites stay visible until they are answered"))
    }
    return []
  }

  func inverse(in model: Model) -> (any Command)? {
    guard let group = model.list.selectedGroup, Self.canToggle(group, in: model) else { return nil }
    return self
  }

  private static func canToggle(_ group: RosterGroup, in model: Model) -> Bool {
    group != .invites || model.list.folded.contains(group)
  }
}
