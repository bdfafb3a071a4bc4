internal import PorchlightSDK

/// The own display name: as sent, until the stream tells of it.
struct OwnName: Hashable, Sendable {
  /// Whether a name was sent that the server has not answered yet.
  private(set) var isUnderWay = false
  /// The name that was sent last, until the stream tells of a new one.
  private var sent: String?
  /// What was sent before that and not told of either, oldest first.
  private var earlier: [String] = []
  /// What the stream said last.
  private var lastEcho = ""

  /// The name that the server has as far as is known; `""` where there is none.
  func current(_ echo: OwnPresence) -> String { sent ?? echo.displayName ?? "" }

  mutating func send(_ name: String, echo: OwnPresence) {
    if let sent { earlier.append(sent) }
    sent = name
    lastEcho = echo.displayName ?? ""
    isUnderWay = true
  }

  mutating func answered(isTaken: Bool) {
    isUnderWay = false
    if !isTaken { sent = earlier.popLast() }
  }

  /// The stream said something. A name that was not sent from here is newer: it was set elsewhere.
  mutating func received(_ echo: OwnPresence) {
    let said = echo.displayName ?? ""
    guard let sent, said != lastEcho else { return }
    lastEcho = said
    func isSaid(_ name: String) -> Bool { (DisplayName.shown(name) ?? "") == said }
    if !isSaid(sent), let late = earlier.firstIndex(where: isSaid) {
      earlier.removeSubrange(...late)
    } else {
      self.sent = nil
      earlier = []
    }
  }
}
