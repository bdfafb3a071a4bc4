/// What a store reads of rooms at the start: everything but the timelines.
public struct RoomRows: Hashable, Sendable {
  public var rooms: [RoomRecord] = []
  /// The current state of all rooms, members included, in any order.
  public var state: [PDU] = []
  /// The last event of each room.
  public var ends: [RoomEnd] = []
  public var aliases: [AliasRecord] = []
  public var forgotten: [ForgottenRecord] = []
  public var receipts: [ReceiptRecord] = []
  public var accountData: [RoomDataRecord] = []
  public var transactions: [TransactionRecord] = []

  public init() {}
}
