public import MatrixWire

/// One row of rooms to store. Each says the whole new row, so that repeating it changes nothing.
public enum RoomChange: Hashable, Sendable {
  case room(RoomRecord)
  /// A new event. Of the state events of one room, type and state key, the one with the highest position is the current
  /// one.
  case event(PDU, EventLinks)
  /// An event that was stored, with its content redacted.
  case redacted(PDU)
  case alias(AliasRecord)
  case removeAlias(RoomAlias)
  case forgotten(ForgottenRecord)
  case receipt(ReceiptRecord)
  case accountData(RoomDataRecord)
  /// Nothing where its device is gone.
  case transaction(TransactionRecord)
  case removeTransaction(TransactionKey)
}
