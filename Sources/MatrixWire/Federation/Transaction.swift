/// `PUT /_matrix/federation/v1/send/{txnId}` (Protocol 6.1).
public struct Transaction: Hashable, Sendable {
  /// The place of a transaction among all that its sender sent to the same server.
  public struct Order: Hashable, Comparable, Sendable {
    public var epoch: Int64
    /// From 1 within the epoch.
    public var number: Int64

    public init(epoch: Int64, number: Int64) {
      self.epoch = epoch
      self.number = number
    }

    public static func < (left: Order, right: Order) -> Bool {
      (left.epoch, left.number) < (right.epoch, right.number)
    }
  }

  /// The most EDUs and PDUs one transaction may carry, and the most states one EDU.
  public static let (mostEDUs, mostPDUs, mostStates) = (100, 50, 50)

  /// The most people one EDU may poll, unpoll, ask for once or refuse, each.
  public static let mostNames = 4_096

  /// Unique between its sender and its receiver; the same in every repetition.
  public var id: String
  public var origin: ServerName
  /// Milliseconds since 1970 at the sender.
  public var sentAt: Int64
  /// Events of rooms that came along, by the IDs they carry, if any; none is looked at here.
  public var pdus: [String] = []
  public var edus: [EDU]
  /// `chat.porchlight.order`; only from servers like this one.
  public var order: Order?

  public init(
    id: String, origin: ServerName, sentAt: Int64, edus: [EDU] = [], order: Order? = nil
  ) {
    self.id = id
    self.origin = origin
    self.sentAt = sentAt
    self.edus = edus
    self.order = order
  }
}

/// What a transaction is answered with, status 200.
public struct TransactionAnswer: Hashable, Sendable {
  /// Event IDs of rooms without a local member, with why they were not taken.
  public var pdus: [String: String] = [:]
  /// `chat.porchlight.answer`: what was asked for, where the sender takes it here.
  public var answer: PresenceEDU?
  /// `chat.porchlight.epoch`: which life of the answering server this is. Shows that it speaks our additions.
  public var epoch: Int64?
  /// `chat.porchlight.behind`: nothing was done, because the answering server has heard of this later life of the
  /// sender already. The sender goes on above it.
  public var behind: Int64?

  public init() {}
}
