public import MatrixWire

/// What polls say of the device, where that may change while one waits. A reference: copies are the same.
public final class PollPresence: Sendable {
  private struct Wish: Hashable, Sendable {
    var presence: PresenceState
    /// Whether a poll that waits and says something else may go on.
    var mayWait = false
  }

  private let observed: Observed<Wish>

  public init(_ presence: PresenceState) { observed = Observed(Wish(presence: presence)) }

  /// What the next poll says.
  public var current: PresenceState { observed.value.presence }

  /// Has every poll say this from now on. One that waits on the server is sent anew.
  public func set(_ presence: PresenceState) { observed.update { $0 = Wish(presence: presence) } }

  /// Has the next poll say this, and lets the one that waits go on. For what the server is told by another request at the
  /// same time: its echo may end the poll before that request is answered, and the next poll must not take it back.
  public func prepare(_ presence: PresenceState) {
    observed.update { $0 = Wish(presence: presence, mayWait: true) }
  }

  /// Returns when a poll that says this is to be sent anew; false where the task was cancelled before.
  func changes(from presence: PresenceState) async -> Bool {
    await observed.waits { $0.presence != presence && !$0.mayWait }
  }
}
