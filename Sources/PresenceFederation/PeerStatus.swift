public import MatrixWire
public import Ports

/// What this server and a peer have to do with each other, for people (`porchlight doctor peers`).
public struct PeerStatus: Hashable, Sendable {
  public var name: ServerName
  /// Remote users who are watched here, and by whom; by nobody, where the interest stands (R14).
  public var watchedByUs: [UserID: [UserID]] = [:]
  /// Local users whom the peer watches.
  public var watchedByThem: [UserID] = []
  /// When the watchdogs fire.
  public var shortTimer: Instant?
  public var longTimer: Instant?
  public var lastHeard: Instant?
  /// The peer's epoch, and ours as we told it.
  public var epoch: Int64?
  public var ourEpoch: Int64
  /// States and messages that wait.
  public var backlog = 0
  /// Failed attempts in a row, and when the next one is made.
  public var failures = 0
  public var retryAt: Instant?
  /// Whether its people are shown as unknown because it does not answer.
  public var isSilent = false
  /// Whether it speaks our additions; nil while nothing came from it.
  public var speaksAdditions: Bool?
  /// Messages sent to it since this server started, by cause.
  public var sent: [MessageCause: Int] = [:]

  public init(name: ServerName, ourEpoch: Int64) {
    self.name = name
    self.ourEpoch = ourEpoch
  }
}
