public import MatrixWire

/// What one command does to rooms.
///
/// A value: nothing of it has happened. `RoomRules.begin` takes its places in the stream, its changes have to be durable
/// before `RoomRules.apply` makes them true, and `RoomRules.abandon` is for what could not be stored. Until then, no other
/// decision may be made about the same rooms and aliases.
public struct RoomDecision: Hashable, Sendable {
  /// What has to be stored, in order. Without changes there is nothing to do: what was asked for is so already.
  public internal(set) var changes: [RoomChange] = []
  /// The room it is about, where it is about one.
  public internal(set) var room: RoomID?
  /// The event that answers the command: the new one, or the one that said the same before.
  public internal(set) var event: EventID?
  /// The places in the stream that its changes have.
  public internal(set) var positions: Range<UInt64>
}
