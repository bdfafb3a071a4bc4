internal import MatrixWire
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

  /// Publishes another choice with the same text.
  mutating func publish(_ choice: PresenceState) -> [Intent] {
    let intents = publish(choice, text: own.status.current(echo).statusMessage) {
      Notice("you are " + SafeText(untrusted: DisplayState(chosen: choice).word) + " already")
    }
    if choice == .hidden, !intents.isEmpty {
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

  /// Accepts or denies the selected invite, and no other, and goes on to the next.
  ///
  /// - Returns: whose it was, and what to do; nil where nothing was selected that can be answered.
  mutating func answer(_ change: (UserID) -> ContactChange) -> (asker: UserID, intents: [Intent])? {
    guard case .invite(let asker, let account) = list.selection else {
      notices.show(
        Notice(list.roster.asking.isEmpty ? "no invites" : "which one? I goes to the invites"))
      return nil
    }
    let intents = request(change(asker))
    guard !intents.isEmpty else { return nil }
    list.selectNextInvite(after: .invite(asker, of: account))
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
