internal import PorchlightSDK
internal import Screen

/// `ask-back`: invites the user whose invite was accepted just now.
struct AskBackCommand: PlainCommand {
  static let names = ["ask-back"]
  var help: String { "ask back whom you accepted" }

  func run(_ model: inout Model) -> [Intent] {
    guard let user = model.notices.offer, model.list.roster.contact(user) == nil else {
      model.notices.show(Notice("nobody to ask back: A accepts an invite, y then asks back"))
      return []
    }
    // It is undone as the invite that it is, which names the user.
    return model.perform(InviteCommand(.user(user)))
  }
}
