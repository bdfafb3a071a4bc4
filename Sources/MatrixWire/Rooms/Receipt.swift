/// How far a user has read (Matrix specification, client-server API, "Receipts").
public struct Receipt: Hashable, Sendable {
  /// The newest event they read.
  public var eventID: EventID
  public var type: ReceiptType
  public var user: UserID
  /// When, in milliseconds since 1970; nil where their server does not say.
  public var timestamp: Int64?
  /// `main`, or the event that a thread is about; nil is every thread.
  public var threadID: String?

  public init(
    eventID: EventID, type: ReceiptType, user: UserID, timestamp: Int64?, threadID: String? = nil
  ) {
    self.eventID = eventID
    self.type = type
    self.user = user
    self.timestamp = timestamp
    self.threadID = threadID
  }

  /// By event, type and user, which is how they are told.
  static func isBefore(_ left: Receipt, _ right: Receipt) -> Bool {
    let (ours, theirs) = (left.eventID.rawValue, right.eventID.rawValue)
    guard ours.hasBytes(of: theirs) else { return ours.utf8.lexicographicallyPrecedes(theirs.utf8) }
    guard left.type == right.type else { return left.type.rawValue < right.type.rawValue }
    return left.user < right.user
  }
}
