public import MatrixWire

/// The receipts of one room.
public struct RoomReceipts: Hashable, Sendable {
  private var table = OrderedTable<RoomReceipt, RoomReceipt.Key>(by: \.key)

  /// When the last of them was told, in the stream of the server.
  public private(set) var lastPosition: UInt64 = 0

  public init() {}

  /// All of them, by user.
  public var all: [RoomReceipt] { table.elements }

  /// What others may be told: receipts that came after a position, those of the viewer of either kind.
  public func told(to viewer: UserID, after position: UInt64) -> [RoomReceipt] {
    guard lastPosition > position else { return [] }
    return all.filter { $0.position > position && ($0.kind == .read || $0.user == viewer) }
  }

  /// The highest place in the stream that a user has read, in the room as a whole.
  public func readPosition(of user: UserID) -> UInt64? {
    RoomReceipt.Kind.allCases.compactMap { kind in
      table[RoomReceipt.Key(user: user, kind: kind, thread: nil)]?.eventPosition
    }.max()
  }

  /// Whether a receipt says something new.
  func isNew(_ receipt: RoomReceipt) -> Bool {
    table[receipt.key].map { $0.eventPosition < receipt.eventPosition } ?? true
  }

  /// Whether there is one that this one replaces or repeats.
  func hasOne(like receipt: RoomReceipt) -> Bool { table[receipt.key] != nil }

  mutating func set(_ receipt: RoomReceipt) {
    table[receipt.key] = receipt
    lastPosition = max(lastPosition, receipt.position)
  }

  /// How many receipts a user has.
  func count(of user: UserID) -> Int { all.count { $0.user == user } }
}
