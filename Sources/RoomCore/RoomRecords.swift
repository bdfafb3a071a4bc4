public import MatrixWire

/// A room, beside its events.
public struct RoomRecord: Hashable, Sendable {
  public var room: RoomID
  /// Whether the directory lists it.
  public var isListed: Bool

  public init(room: RoomID, isListed: Bool) { (self.room, self.isListed) = (room, isListed) }
}

/// The last event of a room, which the next one names.
public struct RoomEnd: Hashable, Sendable {
  public var room: RoomID
  public var event: EventID
  public var depth: Int64
  public var position: UInt64

  public init(room: RoomID, event: EventID, depth: Int64, position: UInt64) {
    (self.room, self.event, self.depth, self.position) = (room, event, depth, position)
  }

  public init(_ event: PDU) {
    self.init(room: event.room, event: event.id, depth: event.depth, position: event.position)
  }
}

/// Which room an alias stands for.
public struct AliasRecord: Hashable, Sendable {
  public var alias: RoomAlias
  public var room: RoomID
  /// Who may take it away, whatever power they have.
  public var creator: UserID

  public init(alias: RoomAlias, room: RoomID, creator: UserID) {
    (self.alias, self.room, self.creator) = (alias, room, creator)
  }
}

/// A user does not want to see a room any more. Holds for one membership: the next one makes it mean nothing.
public struct ForgottenRecord: Hashable, Sendable {
  public var room: RoomID
  public var user: UserID
  /// The event that made the user leave.
  public var event: EventID

  public init(room: RoomID, user: UserID, event: EventID) {
    (self.room, self.user, self.event) = (room, user, event)
  }
}

/// How far a user has read, in one way. One row for each room, user, kind and thread.
public struct ReceiptRecord: Hashable, Sendable {
  public var room: RoomID
  public var receipt: RoomReceipt

  public init(room: RoomID, receipt: RoomReceipt) { (self.room, self.receipt) = (room, receipt) }
}

/// What a client keeps for a user about a room: tags, read markers, anything. One row for each user, room and type.
public struct RoomDataRecord: Hashable, Sendable {
  public var user: UserID
  public var room: RoomID
  public var type: String
  /// The JSON object as it was sent.
  public var content: [UInt8]
  /// When it was told, in the stream of the server.
  public var position: UInt64

  public init(user: UserID, room: RoomID, type: String, content: [UInt8], position: UInt64) {
    (self.user, self.room, self.type, self.content) = (user, room, type, content)
    self.position = position
  }
}

/// What a request with a transaction ID did, so that its repetition does nothing.
public struct TransactionRecord: Hashable, Sendable {
  public var key: TransactionKey
  public var event: EventID
  /// Counts them, so that the oldest are known.
  public var number: UInt64

  public init(key: TransactionKey, event: EventID, number: UInt64) {
    (self.key, self.event, self.number) = (key, event, number)
  }
}
