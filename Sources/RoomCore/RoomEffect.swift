public import MatrixWire

/// What happened by a decision, for streams and for presence.
public enum RoomEffect: Hashable, Sendable {
  /// An event was added to its room.
  case event(PDU)
  /// An event lost its content.
  case redacted(PDU)
  /// Who sees whose presence changed.
  case sharing(SharingChange)
  case receipt(RoomID, RoomReceipt)
  case typing(RoomID)
  case accountData(RoomDataRecord)
  case forgotten(RoomID, UserID)
}
