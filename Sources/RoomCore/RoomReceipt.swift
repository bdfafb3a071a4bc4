public import MatrixWire
public import Ports

/// How far a user has read in a room.
public struct RoomReceipt: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case read = "m.read"
    /// Told to nobody but the user.
    case privateRead = "m.read.private"
  }

  /// What there is one receipt of.
  struct Key: Hashable, Comparable, Sendable {
    let user: UserID
    let kind: Kind
    let thread: String?

    static func < (left: Key, right: Key) -> Bool {
      guard left.user == right.user else { return left.user < right.user }
      guard left.kind == right.kind else { return left.kind == .read }
      guard let rightThread = right.thread else { return false }
      return left.thread.map { $0.utf8.lexicographicallyPrecedes(rightThread.utf8) } ?? true
    }
  }

  public let user: UserID
  public let kind: Kind
  /// `main` or the event that begins the thread; nil for the whole room.
  public let thread: String?
  public let event: EventID
  /// The place of that event in the stream: receipts move forward only.
  public let eventPosition: UInt64
  public let timestamp: WallTime
  /// When it was told, in the stream of the server.
  public var position: UInt64

  public init(
    user: UserID, kind: Kind, thread: String? = nil, event: EventID, eventPosition: UInt64,
    timestamp: WallTime,
    position: UInt64 = 0
  ) {
    (self.user, self.kind, self.thread, self.event) = (user, kind, thread, event)
    (self.eventPosition, self.timestamp, self.position) = (eventPosition, timestamp, position)
  }

  var key: Key { Key(user: user, kind: kind, thread: thread) }
}
