public import MatrixWire

/// What polls say of the device, where that may change while one waits. A reference: copies are the same.
public final class PollPresence: Sendable {
  private let observed: Observed<PresenceState>

  public init(_ presence: PresenceState) { observed = Observed(presence) }

  /// What the next poll says.
  public var current: PresenceState { observed.value }

  /// Has every poll say this from now on. One that waits on the server is sent anew.
  public func set(_ presence: PresenceState) { observed.update { $0 = presence } }

  /// Returns when it is another one than that; false where the task was cancelled before.
  func changes(from presence: PresenceState) async -> Bool { await observed.waits { $0 != presence } }
}
