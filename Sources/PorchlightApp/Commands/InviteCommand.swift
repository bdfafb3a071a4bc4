internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `invite @ola:harbor.example`: asks to see a user; without one, asks for whom, and proposes who is selected among those
/// around.
struct InviteCommand: Command {
  static let names = ["invite"]

  /// As written: a user ID, or the name of a user who is known, or of one on the own server.
  let target: PersonTarget
  /// Whether a user is asked who was on the list before.
  private let isRepeated: Bool

  /// Those who asked for the own presence or share a room, and are not on the list; nobody where none can be asked.
  static func arguments(in model: Model) -> [Argument] {
    guard model.server.canAsk else { return [] }
    let roster = model.list.roster
    var known: Set<UserID> = []
    return PersonTarget.arguments(
      (roster.askers + roster.neighbors).filter {
        roster.contact($0.userID) == nil && known.insert($0.userID).inserted
      })
  }

  init(_ target: PersonTarget, isRepeated: Bool = false) {
    self.target = target
    self.isRepeated = isRepeated
  }

  init?(argument: String?) { self.init(PersonTarget(argument)) }

  var argument: String? { target.argument }
  var help: String { "ask to see somebody" }

  func problem(in model: Model) -> String? {
    guard model.server.canAsk else { return "no lists here: nobody to ask" }
    return switch target {
    case .unnamed: nil
    case .written(let text): invitee(text, in: model).problem
    case .user(let user): problem(with: user, in: model)
    }
  }

  func delay(in model: Model) -> String? {
    target.user.flatMap { model.delay(of: .contact($0, of: model.list.roster.account)) }
  }

  func resolved(in model: Model) -> InviteCommand {
    guard case .written(let text) = target, let user = invitee(text, in: model).user else { return self }
    return InviteCommand(.user(user), isRepeated: isRepeated)
  }

  func run(_ model: inout Model) -> [Intent] {
    if let problem = problem(in: model) {
      model.notices.show(Notice(SafeText(untrusted: problem), .warning))
      return []
    }
    guard let user = resolved(in: model).target.user else {
      model.layers.open(.prompt(Prompt(.invite, LineEditor(Self.proposal(in: model), byteLimit: 255))))
      return []
    }
    let intents = model.invite(user)
    if isRepeated, !intents.isEmpty {
      model.notices.show(Notice("asking anew, they must accept", until: .invite(user)))
    }
    return intents
  }

  func inverse(in model: Model) -> (any Command)? {
    guard problem(in: model) == nil, let user = resolved(in: model).target.user else { return nil }
    let row = RowID.contact(user, of: model.list.roster.account)
    return model.list.change(for: row) == nil ? RemoveCommand(.user(user), consent: .withdrawal) : nil
  }

  /// Who is selected, where they are around. An ID that cannot be written in a line would become that of another user.
  private static func proposal(in model: Model) -> String {
    guard let person = model.list.selectedPerson, person.isAround else { return "" }
    let address = person.userID.rawValue
    return SafeText(untrusted: address).string == address ? address : ""
  }

  /// Reads a user ID; a bare name is that of a known user, or else one on the own server. Either of the two is nil.
  private func invitee(_ text: String, in model: Model) -> (user: UserID?, problem: String?) {
    let own = model.echo.userID
    let text = SafeText(untrusted: text).string
    var written: UserID?
    var problem: String?
    do throws(UserIDProblem) {
      written = try UserID.written(text, beside: own)
    } catch {
      problem = error.message
    }
    guard !text.isEmpty else { return (nil, problem) }
    var known = model.list.people(called: text, listed: true)
    if known.isEmpty {
      // Others choose their own display names: one of them must not catch an invite that is meant for another user.
      known = model.list.people(called: text, listed: false)
      if let written, !known.isEmpty { known.insert(written) }
    }
    guard known.count < 2 else {
      return (nil, "several people are called '\(text)': write the user ID")
    }
    guard let user = known.first ?? written else { return (nil, problem) }
    problem = self.problem(with: user, in: model)
    return (problem == nil ? user : nil, problem)
  }

  private func problem(with user: UserID, in model: Model) -> String? {
    let own = model.echo.userID
    if user == own { return "that is you" }
    if !model.meetsOthers, user.server != own.server {
      return "the offline server knows only people on this machine"
    }
    guard let contact = model.list.roster.contact(user) else { return nil }
    let reason =
      contact.relation == .pending ? "has not answered your invite yet" : "is on your list already"
    return "\(user.rawValue) \(reason)"
  }
}

extension RosterList {
  /// Those on the list, or among the invites and around, who bear that name, upper or lower case.
  fileprivate func people(called name: String, listed: Bool) -> Set<UserID> {
    let name = name.lowercased()
    guard !name.hasPrefix("@") else { return [] }
    let people = listed ? roster.listed : roster.askers + roster.neighbors
    return Set(people.filter { $0.safeName.string.lowercased() == name }.map(\.userID))
  }
}
