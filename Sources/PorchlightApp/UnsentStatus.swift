public import MatrixWire
internal import PorchlightSDK
internal import Screen

/// A status that was chosen and had not reached the server when the roster ended, to be sent by the next one.
public struct UnsentStatus: Hashable, Sendable, Codable {
  /// What was chosen.
  public var wanted: StatusUpdate
  /// What the server had said before. Where it says something else by now, another client has chosen since, and knows
  /// better.
  public var before: StatusUpdate

  public init(wanted: StatusUpdate, before: StatusUpdate) {
    self.wanted = wanted
    self.before = before
  }
}

extension Model {
  /// What is to be kept for the next start, if the roster ends now and the last try fails.
  var unsent: UnsentStatus? {
    guard let wanted = own.unsent else { return kept }
    return UnsentStatus(wanted: wanted, before: StatusUpdate(roster.own))
  }

  /// Sends what the roster before could not, once the server has told the present state.
  mutating func sendKept() -> [Intent] {
    guard connection == .live, roster.own.state != .unknown, let kept else { return [] }
    self.kept = nil
    let now = StatusUpdate(roster.own)
    guard own.wanted == nil, now != kept.wanted else { return [] }
    guard now == kept.before else {
      notice = Notice(
        "not sent, as you have changed your status since: " + SafeText(untrusted: kept.words), .warning)
      return []
    }
    guard let update = own.want(kept.wanted.presence, text: kept.wanted.statusMessage, echo: roster.own)
    else {
      return []
    }
    notice = Notice("sending what you chose last time: " + SafeText(untrusted: kept.words))
    return [.publish(update)]
  }
}

extension UnsentStatus {
  /// The choice as a user calls it, and the text. What they wrote is not sanitised.
  public var words: String {
    let word = DisplayState(chosen: wanted.presence).word
    guard let text = wanted.statusMessage, !text.isEmpty else { return word }
    return "\(word), \(text)"
  }
}

extension StatusUpdate {
  init(_ own: OwnPresence) {
    self.init(presence: own.choice, statusMessage: own.statusText.flatMap { $0.isEmpty ? nil : $0 })
  }
}
