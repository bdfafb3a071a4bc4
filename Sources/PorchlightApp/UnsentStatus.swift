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
    self.init(presence: own.choice, statusMessage: own.statusText)
  }
}
