public import MatrixWire

/// One row of rooms to store. Each says the whole new row, so that repeating it changes nothing.
public enum RoomChange: Hashable, Sendable {
  case room(RoomRecord)
  /// An event, new or with its content redacted. Of the state events of one room, type and state key, the one with the
  /// highest position is the current one.
  case event(PDU)
  case alias(AliasRecord)
  case removeAlias(RoomAlias)
  case forgotten(ForgottenRecord)
  case receipt(ReceiptRecord)
  case accountData(RoomDataRecord)
  case transaction(TransactionRecord)
  case removeTransaction(TransactionKey)
}
