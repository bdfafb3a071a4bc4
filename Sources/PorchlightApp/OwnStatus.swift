internal import MatrixWire
internal import PorchlightSDK

/// The own choice and text: as wanted, until the server's echo says the same.
struct OwnStatus: Hashable, Sendable {
  /// What was asked for and not echoed yet.
  private(set) var wanted: StatusUpdate?
  /// What was asked for before that and not echoed either, oldest first; some of it may never be sent.
  private var earlier: [StatusUpdate] = []
  /// The last echo before now, which says nothing new when it is heard again.
  private var lastEcho: StatusUpdate?
  /// Why it is not sent yet, where that is known.
  private(set) var delay: String?
  /// The choices that `a` and `d` go back to.
  private var beforeAway: PresenceState?
  private var beforeBusy: PresenceState?
  /// Answers of the stream since the server took what is wanted; nil while it has not.
  private var answersSincePublished: Int?

  /// What was asked for and the server has not even taken.
  var unsent: StatusUpdate? { answersSincePublished == nil ? wanted : nil }

  /// What the user has in mind: wanted, or else as echoed.
  func current(_ echo: OwnPresence) -> StatusUpdate {
    wanted ?? StatusUpdate(echo)
  }

  /// Wants something.
  ///
  /// - Returns: What to send; nil if that is so already.
  mutating func want(_ choice: PresenceState, text: String?, echo: OwnPresence) -> StatusUpdate? {
    let update = StatusUpdate(presence: choice, statusMessage: text.flatMap { $0.isEmpty ? nil : $0 })
    guard update != current(echo) else { return nil }
    // What the echo says already is wanted all the same, since something else is on its way.
    if let wanted { earlier.append(wanted) }
    wanted = update
    lastEcho = Self.said(by: echo)
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
  mutating func received(_ echo: OwnPresence) {
    guard let wanted else { return }
    if let answers = answersSincePublished { answersSincePublished = answers + 1 }
    let said = Self.said(by: echo)
    let isNew = said != lastEcho
    lastEcho = said
    var isOwnEcho = false
    if isNew, let said {
      if let late = earlier.firstIndex(of: said) {
        earlier.removeSubrange(...late)
      } else {
        isOwnEcho = said == wanted
      }
    }
    // The poll that was under way may still tell the old state. The one after it knows better than we do,
    // even if another device has changed the status since.
    if isOwnEcho || (answersSincePublished ?? 0) > 1 { forget() }
  }

  /// The server took it; only the echo settles it, unless the source of the roster has told that as well.
  mutating func published(_ update: StatusUpdate, isSettled: Bool = false) {
    guard update == wanted else { return }
    if isSettled { return forget() }
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
    guard update == wanted else {
      earlier.removeAll { $0 == update }
      return false
    }
    forget()
    return true
  }

  private mutating func forget() {
    wanted = nil
    earlier = []
    delay = nil
    answersSincePublished = nil
  }

  /// Nil until the server has said anything.
  private static func said(by echo: OwnPresence) -> StatusUpdate? {
    echo.state == .unknown ? nil : StatusUpdate(echo)
  }
}
