/// What a receipt says of an event (Matrix specification, client-server API, "Receipts", "Read markers").
public enum ReceiptType: String, Hashable, Sendable, CaseIterable {
  /// Read, for all in the room to see.
  case read = "m.read"
  /// Read, for the user's own clients to see.
  case privateRead = "m.read.private"
  /// Where the user's read marker is: account data of the room.
  case fullyRead = "m.fully_read"
}
