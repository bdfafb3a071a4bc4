internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `invite @ola:harbor.example`: asks to see a user; without one, asks for whom.
struct InviteCommand: Command {
  static let names = ["invite"]

  /// As written: a user ID, or the name of a user who is known, or of one on the own server.
  let person: String?

  /// Those who asked for the own presence, and are not on the list.
  static func arguments(in model: Model) -> [String] {
    model.list.roster.asking.map(\.observer).filter { model.list.roster.contact($0) == nil }.map(
      \.rawValue)
  }

  init?(argument: String?) { person = argument }

  var help: String { "ask to see somebody" }

  func problem(in model: Model) -> String? { person.flatMap { invitee($0, in: model).problem } }

  func run(_ model: inout Model) -> [Intent] {
    guard model.server.hasPresenceLists != false else {
      model.notices.show(
        Notice("this server has no presence lists: nobody can be asked here", .warning))
      return []
    }
    guard let person else {
      model.layers.open(.prompt(Prompt(.invite, LineEditor(byteLimit: 255))))
      return []
    }
    let (user, problem) = invitee(person, in: model)
    guard let user else {
      model.notices.show(Notice(SafeText(untrusted: problem ?? ""), .warning))
      return []
    }
    return model.invite(user)
  }

  func inverse(in model: Model) -> (any Command)? {
    person.flatMap { invitee($0, in: model).user }.map { RemoveCommand($0) }
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
    var known = model.list.people(called: text, asking: false)
    if known.isEmpty {
      // Askers choose their own display names: one of them must not catch an invite that is meant for another user.
      known = model.list.people(called: text, asking: true)
      if let written, !known.isEmpty { known.insert(written) }
    }
    guard known.count < 2 else {
      return (nil, "several people are called '\(text)': write the user ID")
    }
    guard let user = known.first ?? written else { return (nil, problem) }
    if user == own { return (nil, "that is you") }
    if !model.meetsOthers, user.server != own.server {
      return (nil, "the offline server knows only people on this machine")
    }
    guard let contact = model.list.roster.contact(user) else { return (user, nil) }
    let reason =
      contact.relation == .pending ? "has not answered your invite yet" : "is on your list already"
    return (nil, "\(user.rawValue) \(reason)")
  }
}

extension RosterList {
  /// Those on the list, or among the invites, who bear that name, upper or lower case.
  fileprivate func people(called name: String, asking: Bool) -> Set<UserID> {
    let name = name.lowercased()
    guard !name.hasPrefix("@") else { return [] }
    return Set(
      roster.people.filter { $0.row.isInvite == asking && $0.safeName.string.lowercased() == name }
        .map(\.userID))
  }
}
