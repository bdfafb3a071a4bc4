internal import MatrixWire
internal import PorchlightSDK
internal import Screen

extension Model {
  /// Accepts or denies the selected invite, or the only one there is.
  mutating func answer(_ action: Action) -> [Intent] {
    let asker: UserID
    if case .invite(let user) = selection {
      asker = user
    } else if roster.asking.count == 1, let only = roster.asking.first?.observer {
      asker = only
    } else {
      notice = Notice(roster.asking.isEmpty ? "no invites" : "which one? I goes to the invites")
      return []
    }
    return request(action == .accept ? .accept(asker) : .deny(asker))
  }

  mutating func askRemoval() {
    switch selection {
    case .contact(let user): mode = .removal(user)
    case .invite: notice = Notice("not on your list: A accepts the invite, D denies it")
    case .heading, nil: notice = Notice("nobody is selected")
    }
  }

  mutating func press(_ key: Key, inRemovalOf user: UserID) -> [Intent] {
    mode = .list
    guard Keymap.action(for: key, in: .question) == .confirm else { return [] }
    return request(.drop(user))
  }

  mutating func press(_ key: Key, inInvite editor: LineEditor) -> [Intent] {
    var editor = editor
    switch Keymap.action(for: key, in: .editor) {
    case .submit: return submitInvite(editor)
    case .close: mode = .list
    default:
      if !editor.handle(key) { reportUnknown(key) }
      mode = .invite(editor, note: nil)
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
    notice = Notice("inviting \(user.rawValue)")
    return request(.invite(user))
  }

  /// Reads a user ID; a bare name is taken to be on the own server.
  private func invitee(_ text: String) -> (UserID?, problem: String?) {
    let text = SafeText(untrusted: text).string
    guard !text.isEmpty else { return (nil, "a user ID is needed, such as @ola:harbor.example") }
    let isWhole = text.contains(":")
    let name = text.hasPrefix("@") ? text.dropFirst() : text[...]
    let user = isWhole ? UserID(text) : UserID(localpart: name, server: roster.own.userID.server)
    guard let user, !user.localpart.isEmpty else {
      return (nil, "'\(text)' is not a user ID: @name:server")
    }
    if user == roster.own.userID { return (nil, "that is you") }
    guard let contact = roster.contact(user) else { return (user, nil) }
    let reason = contact.relation == .pending ? "has not answered your invite yet" : "is on your list already"
    return (nil, "\(user.rawValue) \(reason)")
  }

  private mutating func request(_ change: ListChange) -> [Intent] {
    guard self.change(for: change.row) == nil else {
      notice = Notice("already under way")
      return []
    }
    changes[change] = PendingChange()
    return [.change(change)]
  }
}
