public import MatrixWire

/// What the engine asks to be done; the caller does it, in this order.
public enum FederationEffect: Hashable, Sendable {
  /// Send it, sign it, and call `succeeded` or `failed` with its peer, id and attempt.
  case send(OutboundTransaction)
  /// A list message arrived and needs to be sent no more: forget it.
  case delivered(ServerName, ListEDU)
  /// Keep what is known of a peer over a restart. If a transaction of that peer led to it, and the peer watches a user
  /// here now or changed a list, store it before the answer leaves: otherwise the next life of this server would not
  /// greet the peer. Anything else may be written behind.
  case remember(PeerRecord)
  /// A one-shot query is answered; nil where the user is not shown.
  case queryAnswered(UserID, PresenceContent?)
  /// Ask the server of a user for their profile, and tell the rules.
  case askProfile(UserID)
}

/// One attempt to send a transaction.
public struct OutboundTransaction: Hashable, Sendable {
  public var peer: ServerName
  public var transaction: Transaction
  /// From 1; the transaction is the same in every attempt.
  public var attempt: Int
  /// How long to wait for the answer.
  public var timeout: Duration
  public var cause: MessageCause
  /// Whether the peer has shown that it knows our additions; if not, states go in today's three words.
  public var speaksAdditions: Bool
}

/// Why an attempt failed.
public enum AttemptFailure: Hashable, Sendable {
  /// No answer came in time, or one that does not prove that the peer is there.
  case noAnswer
  /// Status 429: the peer is there, and wants it later.
  case busy
  /// Status 400 or 413: the peer will not take this transaction, however often it is sent.
  case refused
}

/// Why a message was sent.
public enum MessageCause: String, CaseIterable, Hashable, Sendable {
  /// The state of a user changed.
  case push
  /// Interest began or ended, or a peer came back.
  case subscribe
  /// The answer to a poll, as a transaction of its own.
  case answer
  /// A watchdog fired.
  case reminder
  /// The same transaction again, because no answer came.
  case retry
  /// Interest that stands whether or not its owner is there (R14).
  case relationship
  /// Invites, and answers to them.
  case list
}

/// What is kept of another server over a restart.
public struct PeerRecord: Hashable, Sendable {
  public var name: ServerName
  /// Whether either side watches a user of the other.
  public var isSubscribed: Bool
  /// The last of its transactions that was taken.
  public var order: Transaction.Order?

  public init(name: ServerName, isSubscribed: Bool, order: Transaction.Order? = nil) {
    self.name = name
    self.isSubscribed = isSubscribed
    self.order = order
  }
}
