internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `accept`: allows the user whose invite is selected.
struct AcceptCommand: PlainCommand {
  static let names = ["accept"]
  var help: String { "accept the invite" }

  static let isAnswer = true

  func run(_ model: inout Model) -> [Intent] {
    guard let (asker, intents) = model.answer({ .accept($0) }) else { return [] }
    offerToAskBack(asker, &model)
    return intents
  }

  /// One key invites the user who was just allowed, in return; nothing is offered where an invite or entry exists.
  private func offerToAskBack(_ asker: UserID, _ model: inout Model) {
    let list = model.list
    guard list.roster.contact(asker) == nil, list.changes[.invite(asker)] == nil else { return }
    let row = RowID.invite(asker, of: list.roster.account)
    let name = list.roster.person(row)?.safeName ?? SafeText(untrusted: asker.rawValue)
    model.notices.show(Notice("accepted; y asks to see " + name + " too", .offer), offering: asker)
  }
}
