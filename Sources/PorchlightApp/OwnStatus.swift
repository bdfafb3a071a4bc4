internal import MatrixWire
internal import PorchlightSDK

/// The own choice and text: as wanted, until the server's echo says the same.
struct OwnStatus: Hashable, Sendable {
  /// What was asked for and not echoed yet.
  private(set) var wanted: StatusUpdate?
  /// Why it is not sent yet, where that is known.
  private(set) var delay: String?
  /// The choices that `a` and `d` go back to.
  private var beforeAway: PresenceState?
  private var beforeBusy: PresenceState?
  /// Answers of the stream since the server took what is wanted; nil while it has not.
  private var answersSincePublished: Int?

  /// What the user has in mind: wanted, or else as echoed.
  func current(_ echo: OwnPresence) -> StatusUpdate {
    wanted ?? StatusUpdate(presence: echo.choice, statusMessage: echo.statusText)
  }

  /// Wants something.
  ///
  /// - Returns: What to send; nil if that is so already.
  mutating func want(_ choice: PresenceState, text: String?, echo: OwnPresence) -> StatusUpdate? {
    let update = StatusUpdate(presence: choice, statusMessage: text.flatMap { $0.isEmpty ? nil : $0 })
    guard update != current(echo) else { return nil }
    // What the echo says already is still sent, since something else may be on its way.
    wanted = matches(update, echo) ? nil : update
    delay = nil
    answersSincePublished = nil
    return update
  }

  /// The choice that goes there, or back from there to the choice before.
  mutating func toggled(_ choice: PresenceState, echo: OwnPresence) -> PresenceState {
    let now = current(echo).presence
    let path: WritableKeyPath<OwnStatus, PresenceState?> =
      choice == .busy ? \.beforeBusy : \.beforeAway
    guard now == choice else {
      self[keyPath: path] = now
      return choice
    }
    return self[keyPath: path] ?? .online
  }

  /// The stream said something.
  mutating func heard(_ echo: OwnPresence) {
    guard let wanted else { return }
    if let answers = answersSincePublished { answersSincePublished = answers + 1 }
    // The poll that was under way may still tell the old state. The one after it knows better than we do,
    // even if another device has changed the status since.
    if matches(wanted, echo) || (answersSincePublished ?? 0) > 1 { settle() }
  }

  /// The server took it; only the echo settles it.
  mutating func published(_ update: StatusUpdate) {
    guard update == wanted else { return }
    delay = nil
    answersSincePublished = 0
  }

  /// - Returns: Whether that is news about what is wanted still.
  mutating func delayed(_ update: StatusUpdate, because reason: String) -> Bool {
    guard update == wanted, delay != reason else { return false }
    delay = reason
    return true
  }

  /// Goes back to the echo.
  ///
  /// - Returns: Whether that was what is wanted still.
  mutating func refused(_ update: StatusUpdate) -> Bool {
    guard update == wanted else { return false }
    settle()
    return true
  }

  private mutating func settle() {
    wanted = nil
    delay = nil
    answersSincePublished = nil
  }

  private func matches(_ update: StatusUpdate, _ echo: OwnPresence) -> Bool {
    echo.state != .unknown && update.presence == echo.choice && update.statusMessage == echo.statusText
  }
}
