internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `accept Ola`: allows a user to see oneself; without one, the user whose invite is selected.
struct AcceptCommand: Command {
  static let names = ["accept"]
  static let isAnswer = true

  let target: PersonTarget

  static func arguments(in model: Model) -> [Argument] { model.askers }

  init(_ target: PersonTarget) { self.target = target }
  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "accept the invite" }

  func problem(in model: Model) -> String? { model.problem(withAsker: target) }

  func resolved(in model: Model) -> AcceptCommand { AcceptCommand(model.asker(target)) }

  func run(_ model: inout Model) -> [Intent] {
    guard let (asker, intents) = model.answer(model.asker(target), { .accept($0) }) else { return [] }
    offerToAskBack(asker, &model)
    return intents
  }

  /// One key invites the user who was just allowed, in return; nothing is offered where an invite or entry exists.
  private func offerToAskBack(_ asker: UserID, _ model: inout Model) {
    let list = model.list
    guard model.server.traits.contacts == .lists else {
      // The room that both are in shows each to the other.
      model.notices.show(Notice("you see each other then", until: .accept(asker)))
      return
    }
    guard list.roster.contact(asker) == nil, list.changes[.invite(asker)] == nil else { return }
    let row = RowID.invite(asker, of: list.roster.account)
    let name = list.roster.person(row)?.safeName ?? SafeText(untrusted: asker.rawValue)
    model.notices.show(Notice("accepted; y asks to see " + name + " too", .offer), offering: asker)
  }

  func inverse(in model: Model) -> (any Command)? {
    guard let asker = target.user, model.canAnswer(asker) else { return nil }
    return RevokeCommand(asker)
  }
}
