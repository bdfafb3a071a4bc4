public import MatrixWire

/// What a store reads of rooms at the start: everything but the timelines.
public struct RoomRows: Hashable, Sendable {
  public var rooms: [RoomRecord] = []
  /// The current state of all rooms, members included, in any order.
  public var state: [PDU] = []
  /// Where members came in whose current event says something else since, such as a name: the place of the event by which
  /// they came, by the ID of the current one.
  public var joins: [EventID: UInt64] = [:]
  /// The last event of each room.
  public var ends: [RoomEnd] = []
  public var aliases: [AliasRecord] = []
  public var forgotten: [ForgottenRecord] = []
  public var receipts: [ReceiptRecord] = []
  public var accountData: [RoomDataRecord] = []
  public var transactions: [TransactionRecord] = []

  public init() {}
}
