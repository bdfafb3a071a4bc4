public import MatrixWire

/// What happened by a decision, for streams and for presence.
public enum RoomEffect: Hashable, Sendable {
  /// An event was added to its room.
  case event(PDU)
  /// An event lost its content.
  case redacted(PDU)
  /// The members of a room see each other's presence from now on, or no longer do.
  case sharing(RoomID, Bool)
  case receipt(RoomID, RoomReceipt)
  case typing(RoomID)
  case accountData(RoomDataRecord)
  case forgotten(RoomID, UserID)
}
