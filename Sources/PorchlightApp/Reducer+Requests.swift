internal import MatrixWire
internal import OrderedCollections
internal import PorchlightSDK
internal import Ports
internal import Screen

/// What more than one command asks of the server.
extension Model {
  // MARK: Oneself

  /// Says so where the own status is not known yet: choice and text are sent together, so one of them would be lost.
  mutating func checkOwnIsKnown() -> Bool {
    if !isOwnKnown { notices.show(Notice("not connected yet: your status is not known", .warning)) }
    return isOwnKnown
  }

  /// Publishes another choice with the same text; where the server has no word for it, what others see instead.
  mutating func publish(_ wanted: PresenceState) -> [Intent] {
    guard checkOwnIsKnown() else { return [] }
    let choice = server.traits.shown(wanted)
    let intents = publish(choice, text: own.status.current(echo).statusMessage) {
      Notice("you are " + SafeText(untrusted: DisplayState(chosen: choice).word) + " already")
    }
    if choice != wanted {
      let words = [wanted, choice].map { SafeText(untrusted: DisplayState(chosen: $0).word) }
      notices.show(Notice("this server has no '" + words[0] + "': others see " + words[1]))
    } else if choice == .hidden, !intents.isEmpty {
      notices.show(Notice("you look offline; your profile stays public"))
    }
    return intents
  }

  /// Publishes another text with the same choice; an empty one clears it.
  mutating func publish(text: String) -> [Intent] {
    publish(own.status.current(echo).presence, text: text) {
      Notice(text.isEmpty ? "there is no status text to clear" : "that is your status text already")
    }
  }

  private mutating func publish(
    _ choice: PresenceState, text: String?, orSay nothingToDo: () -> Notice
  ) -> [Intent] {
    guard checkOwnIsKnown() else { return [] }
    guard let update = own.status.want(choice, text: text, echo: echo) else {
      notices.show(nothingToDo())
      return []
    }
    return [.publish(update)]
  }

  // MARK: People

  /// Everybody on the list.
  var contacts: [Person] { list.roster.listed }

  /// Those whose invites can be answered, as arguments.
  var askers: [Argument] { PersonTarget.arguments(list.roster.askers) }

  /// Whose invite is meant: the selected one's, where nobody is named.
  func asker(_ target: PersonTarget) -> PersonTarget {
    if target == .unnamed, case .invite(let user, _) = list.selection { return .user(user) }
    return target.resolved(among: list.roster.askers, beside: echo.userID)
  }

  func problem(withAsker target: PersonTarget) -> String? {
    target.problem(
      among: list.roster.askers, beside: echo.userID, elseSaying: "does not ask to see you")
  }

  /// Whether that user asks, and is not being answered.
  func canAnswer(_ asker: UserID) -> Bool {
    list.roster.invite(from: asker) != nil && list.change(for: .invite(asker, of: list.roster.account)) == nil
  }

  /// What a row waits for, in words; nil where it waits for nothing.
  func delay(of row: RowID) -> String? {
    list.change(for: row).map { "\($0.progress) \($0.userID.rawValue)" }
  }

  /// Accepts or denies an invite, and no other, and goes on to the next if it is selected.
  ///
  /// - Returns: whose it was, and what to do; nil where none is meant that can be answered.
  mutating func answer(
    _ target: PersonTarget, _ change: (UserID) -> ContactChange
  ) -> (asker: UserID, intents: [Intent])? {
    guard let asker = target.user else {
      notices.show(
        Notice(list.roster.invites.isEmpty ? "no invites" : "which one? I goes to the invites"))
      return nil
    }
    let intents = request(change(asker))
    guard !intents.isEmpty else { return nil }
    let row = RowID.invite(asker, of: list.roster.account)
    if list.selection == row { list.selectNextInvite(after: row) }
    return (asker, intents)
  }

  /// Asks to see a user.
  mutating func invite(_ user: UserID) -> [Intent] {
    notices.show(Notice("inviting \(user.rawValue)", until: .invite(user)))
    return request(.invite(user))
  }

  /// Asks the server for a change to the lists.
  mutating func request(_ change: ContactChange) -> [Intent] {
    guard list.request(change) else {
      notices.show(Notice("already under way"))
      return []
    }
    return [.change(change)]
  }
}
