public import MatrixWire

/// What clients keep for users about rooms.
public struct RoomAccountData: Hashable, Sendable {
  /// By type, which is compared byte by byte.
  private var tables: [UserID: [RoomID: [StateKey: RoomDataRecord]]] = [:]

  private var lastPositions: [UserID: UInt64] = [:]

  public init() {}

  /// When the last of a user's data changed.
  public func lastPosition(of user: UserID) -> UInt64 { lastPositions[user] ?? 0 }

  public func content(_ type: String, of user: UserID, in room: RoomID) -> [UInt8]? {
    tables[user]?[room]?[StateKey(type)]?.content
  }

  /// What changed after a position, in the order in which it did.
  public func changes(of user: UserID, in room: RoomID, after position: UInt64) -> [RoomDataRecord] {
    (tables[user]?[room] ?? [:]).values.filter { $0.position > position }
      .sorted { $0.position < $1.position }
  }

  /// The bytes of a user's data about a room, one type left out.
  func size(of user: UserID, in room: RoomID, without type: String) -> Int {
    (tables[user]?[room] ?? [:]).values.lazy.filter { !$0.type.hasBytes(of: type) }
      .reduce(0) { $0 + $1.type.utf8.count + $1.content.count }
  }

  mutating func set(_ record: RoomDataRecord) {
    tables[record.user, default: [:]][record.room, default: [:]][StateKey(record.type)] = record
    lastPositions[record.user] = max(lastPosition(of: record.user), record.position)
  }
}
