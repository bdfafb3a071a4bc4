internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `remove Ann`: takes a user off the list, or an invite back; without one, asks whether the selected person shall be
/// removed.
struct RemoveCommand: Command {
  static let names = ["remove"]

  let target: PersonTarget
  /// Whether it only takes back an invite: who has accepted is not removed without a question.
  private let isWithdrawal: Bool

  static func arguments(in model: Model) -> [Argument] { PersonTarget.arguments(model.contacts) }

  init(_ target: PersonTarget, isWithdrawal: Bool = false) {
    self.target = target
    self.isWithdrawal = isWithdrawal
  }

  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "remove from your list" }

  func problem(in model: Model) -> String? {
    if isWithdrawal, let contact = target.user.flatMap({ model.list.roster.contact($0) }),
      contact.relation != .pending
    {
      return "accepted meanwhile, X removes"
    }
    return target.problem(
      among: model.contacts, beside: model.echo.userID, elseSaying: "is not on your list")
  }

  func delay(in model: Model) -> String? {
    target.user.flatMap { model.delay(of: .contact($0, of: model.list.roster.account)) }
  }

  func resolved(in model: Model) -> RemoveCommand {
    RemoveCommand(
      target.resolved(among: model.contacts, beside: model.echo.userID), isWithdrawal: isWithdrawal)
  }

  func run(_ model: inout Model) -> [Intent] {
    if let user = resolved(in: model).target.user { return model.request(.remove(user)) }
    switch model.list.selection {
    case .contact(let user, let account): model.layers.open(.confirmation(.removal(of: user, from: account)))
    case .invite: model.notices.show(Notice("not on your list: A accepts the invite, D denies it"))
    case .heading, nil: model.notices.show(Notice("nobody is selected"))
    }
    return []
  }

  /// Only an invite: the other user has to accept it, as the first time.
  func inverse(in model: Model) -> (any Command)? {
    guard let user = resolved(in: model).target.user, model.list.roster.contact(user) != nil,
      model.list.change(for: .contact(user, of: model.list.roster.account)) == nil
    else { return nil }
    return InviteCommand(.user(user), isRepeated: true)
  }
}
