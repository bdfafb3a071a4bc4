public import Ports

/// What a user was last seen to do in a room that is shared with them: known also on a server that tells no presence, and
/// never a state.
public struct Trace: Hashable, Sendable {
  public enum Act: String, Hashable, Sendable {
    case typed
    case read
    case wrote
    case changedProfile = "profile"
    case joined
  }

  public let act: Act
  /// When they did; for who is typing now, since when.
  public let at: Moment
  /// Whether they do it still; only ever of `typed`.
  public let isNow: Bool

  public init(_ act: Act, at: Moment, isNow: Bool = false) {
    (self.act, self.at, self.isNow) = (act, at, isNow)
  }
}
