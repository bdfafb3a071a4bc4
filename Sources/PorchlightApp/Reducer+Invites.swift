internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// Accepts or denies the selected invite, and no other.
  mutating func answer(_ action: Action) -> [Intent] {
    guard case .invite(let asker) = list.selection else {
      notices.show(Notice(list.roster.asking.isEmpty ? "no invites" : "which one? I goes to the invites"))
      return []
    }
    let intents = request(action == .accept ? .accept(asker) : .deny(asker))
    guard !intents.isEmpty else { return [] }
    if action == .accept { offerToAskBack(asker) }
    list.selectNextInvite(after: .invite(asker))
    return intents
  }

  /// One key invites the user who was just allowed, in return; nothing is offered where an invite or entry exists.
  private mutating func offerToAskBack(_ asker: UserID) {
    guard list.roster.contact(asker) == nil, list.changes[.invite(asker)] == nil else { return }
    let name =
      list.roster.invite(from: asker).map { Person($0).safeName } ?? SafeText(untrusted: asker.rawValue)
    notices.show(Notice("accepted; y asks to see " + name + " too", .offer), offering: asker)
  }

  mutating func askBack() -> [Intent] {
    guard let user = notices.offer, list.roster.contact(user) == nil else {
      notices.show(Notice("nobody to ask back: A accepts an invite, y then asks back"))
      return []
    }
    notices.show(Notice("inviting \(user.rawValue)", until: .invite(user)))
    return request(.invite(user))
  }

  mutating func writeInvite() {
    guard server.hasPresenceLists != false else {
      notices.show(Notice("this server has no presence lists: nobody can be asked here", .warning))
      return
    }
    mode = .invite(LineEditor(byteLimit: 255), note: nil)
  }

  mutating func askRemoval() {
    switch list.selection {
    case .contact(let user): mode = .removal(user)
    case .invite: notices.show(Notice("not on your list: A accepts the invite, D denies it"))
    case .heading, nil: notices.show(Notice("nobody is selected"))
    }
  }

  mutating func press(_ key: Key, inRemovalOf user: UserID) -> [Intent] {
    mode = .list
    guard Keymap.action(for: key, in: .question) == .confirm else { return [] }
    return request(.drop(user))
  }

  mutating func press(_ key: Key, inInvite editor: LineEditor) -> [Intent] {
    switch Keymap.action(for: key, in: .editor) {
    case .submit: return submitInvite(editor)
    case .close: mode = .list
    default: mode = .invite(edited(editor, by: key), note: nil)
    }
    return []
  }

  private mutating func submitInvite(_ editor: LineEditor) -> [Intent] {
    let (user, problem) = invitee(editor.text)
    guard let user, problem == nil else {
      mode = .invite(editor, note: problem)
      return []
    }
    mode = .list
    notices.show(Notice("inviting \(user.rawValue)", until: .invite(user)))
    return request(.invite(user))
  }

  /// Reads a user ID; a bare name is that of a known user, or else one on the own server.
  private func invitee(_ text: String) -> (UserID?, problem: String?) {
    let text = SafeText(untrusted: text).string
    var written: UserID?
    var problem: String?
    do throws(UserIDProblem) {
      written = try UserID.written(text, beside: echo.userID)
    } catch {
      problem = error.message
    }
    guard !text.isEmpty else { return (nil, problem) }
    var known = people(called: text, asking: false)
    if known.isEmpty {
      // Askers choose their own display names: one of them must not catch an invite that is meant for another user.
      known = people(called: text, asking: true)
      if let written, !known.isEmpty { known.insert(written) }
    }
    guard known.count < 2 else { return (nil, "several people are called '\(text)': write the user ID") }
    guard let user = known.first ?? written else { return (nil, problem) }
    if user == echo.userID { return (nil, "that is you") }
    if !meetsOthers, user.server != echo.userID.server {
      return (nil, "the offline server knows only people on this machine")
    }
    guard let contact = list.roster.contact(user) else { return (user, nil) }
    let reason = contact.relation == .pending ? "has not answered your invite yet" : "is on your list already"
    return (nil, "\(user.rawValue) \(reason)")
  }

  /// Those on the list, or among the invites, who bear that name, upper or lower case.
  private func people(called name: String, asking: Bool) -> Set<UserID> {
    let name = name.lowercased()
    guard !name.hasPrefix("@") else { return [] }
    return Set(
      list.roster.people.filter { $0.row.isInvite == asking && $0.safeName.string.lowercased() == name }
        .map(\.userID))
  }

  private mutating func request(_ change: ListChange) -> [Intent] {
    guard list.request(change) else {
      notices.show(Notice("already under way"))
      return []
    }
    return [.change(change)]
  }
}
