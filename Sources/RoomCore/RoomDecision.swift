public import MatrixWire

/// What one command does to rooms.
///
/// A value: nothing of it has happened. `RoomRules.begin` takes its places in the stream, its changes have to be durable
/// before `RoomRules.apply` makes them true, and `RoomRules.abandon` is for what could not be stored. Between `begin` and
/// those, other decisions about the same rooms and aliases have to wait; `RoomRules.isCurrent` says whether they did.
public struct RoomDecision: Hashable, Sendable {
  /// What has to be stored, in order. Without changes there is nothing to do: what was asked for is so already.
  public internal(set) var changes: [RoomChange] = []
  /// The room it is about, where it is about one.
  public internal(set) var room: RoomID?
  /// The event that answers the command: the new one, or the one that said the same before.
  public internal(set) var event: EventID?
  /// The places in the stream that its changes have.
  public internal(set) var positions: Range<UInt64>
  /// The last event of each room it was decided on; nil where there was no room.
  var bases: [RoomID: EventID?] = [:]
  var aliases: [RoomAlias: AliasRecord?] = [:]
}
