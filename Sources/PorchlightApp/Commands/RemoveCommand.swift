internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `remove Ann`: takes a user off the list, or an invite back, after a yes; without one, the selected person.
struct RemoveCommand: Command {
  /// What makes sure that it is meant.
  enum Consent: Hashable, Sendable {
    /// It asks.
    case asked
    /// That was asked and answered.
    case given
    /// It only takes back an invite: who has accepted is not removed without a question.
    case withdrawal
  }

  static let names = ["remove"]

  let target: PersonTarget
  private let consent: Consent

  static func arguments(in model: Model) -> [Argument] { PersonTarget.arguments(model.contacts) }

  init(_ target: PersonTarget, consent: Consent = .asked) {
    self.target = target
    self.consent = consent
  }

  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "remove from your list" }

  func problem(in model: Model) -> String? {
    if !model.server.canAsk { return "no lists here: nobody to remove" }
    if consent == .withdrawal, let contact = target.user.flatMap({ model.list.roster.contact($0) }),
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
    RemoveCommand(target.resolved(among: model.contacts, beside: model.echo.userID), consent: consent)
  }

  func run(_ model: inout Model) -> [Intent] {
    if !model.server.canAsk, let problem = problem(in: model) {
      model.notices.show(Notice(SafeText(untrusted: problem), .warning))
      return []
    }
    if let user = resolved(in: model).target.user {
      guard consent == .asked else { return model.request(.remove(user)) }
      let confirmation = Confirmation.removal(of: user, from: model.list.roster.account)
      // Others may have the same name: the cursor and the details show who is meant.
      model.list.selection = confirmation.row
      model.layers.open(.confirmation(confirmation))
      return []
    }
    switch model.list.selection {
    case .contact(let user, _) where model.list.roster.contact(user) == nil:
      model.notices.show(Notice("not on your list, only in a room with you: + asks to see them"))
    case .contact(let user, let account): model.layers.open(.confirmation(.removal(of: user, from: account)))
    case .invite: model.notices.show(Notice("not on your list: A accepts the invite, D denies it"))
    case .heading, nil: model.notices.show(Notice("nobody is selected"))
    }
    return []
  }

  /// Only an invite: the other user has to accept it, as the first time.
  func inverse(in model: Model) -> (any Command)? {
    guard consent != .asked, let user = resolved(in: model).target.user,
      model.list.roster.contact(user) != nil,
      model.list.change(for: .contact(user, of: model.list.roster.account)) == nil
    else { return nil }
    return InviteCommand(.user(user), isRepeated: true)
  }
}
