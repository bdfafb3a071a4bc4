public import MatrixWire

/// What the source of a roster says at one time.
public struct RosterUpdate: Hashable, Sendable {
  /// Presence, lists and invites.
  public var events: [StreamEvent]
  /// Whether the events replace all that was known before; otherwise they say what has changed.
  public var isComplete: Bool
  public var rooms: RoomsUpdate
  /// What users were seen to do, where that is more recent than what was told before.
  public var traces: [UserID: Trace]
  /// Whether the rooms replace all that were known before. A server may have lost count of presence alone.
  public var hasAllRooms: Bool

  public init(
    _ events: [StreamEvent], isComplete: Bool, rooms: RoomsUpdate = RoomsUpdate(),
    traces: [UserID: Trace] = [:],
    hasAllRooms: Bool = false
  ) {
    (self.events, self.isComplete, self.rooms, self.hasAllRooms) = (events, isComplete, rooms, hasAllRooms)
    self.traces = traces
  }

  /// An answer of the event stream.
  ///
  /// - Parameters:
  ///   - answer: what it says.
  ///   - isComplete: whether it replaces everything, as `SyncStep` says. Rooms go on across a restart of the server, so
  ///     that they are complete only where the client began anew.
  public init(_ answer: SyncAnswer, isComplete: Bool) {
    self.init(
      answer.presence, isComplete: isComplete, rooms: answer.rooms,
      hasAllRooms: isComplete && !answer.isComplete)
  }
}
