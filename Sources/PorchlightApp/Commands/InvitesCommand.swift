internal import Screen

/// `invites`: goes to the first invite.
struct InvitesCommand: PlainCommand {
  static let names = ["invites"]
  var help: String { "go to the invites" }

  func run(_ model: inout Model) -> [Intent] {
    if !model.list.selectFirstInvite() { model.notices.show(Notice("no invites")) }
    return []
  }
}
