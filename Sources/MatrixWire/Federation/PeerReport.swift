/// The relations of a server with its peers, for its operator: `GET …/unstable/chat.porchlight/peers`.
///
/// Spans are in milliseconds, counted from when the report was made.
public struct PeerReport: Hashable, Sendable, Codable {
  public struct Peer: Hashable, Sendable, Codable {
    public var name: ServerName
    /// Remote users, and who here watches each of them; nobody, where the interest of a hidden user stands (R14).
    public var watchedByUs: [String: [UserID]]
    /// Local users who are watched by users of the peer.
    public var watchedByThem: [UserID]
    /// When the watchdogs fire; nil where they do not run.
    public var shortTimerIn: Int?
    public var longTimerIn: Int?
    public var heardAgo: Int?
    public var epoch: Int64?
    public var ourEpoch: Int64
    /// States and messages that wait.
    public var backlog: Int
    /// Failed attempts in a row, and when the next one is made.
    public var failures: Int
    public var retryIn: Int?
    public var isSilent: Bool
    /// Why the last attempt failed, in a few words that fit behind the name, and how long attempts have failed; nil
    /// where the last one did not.
    public var lastError: String?
    public var failingFor: Int?
    /// Whether it speaks our additions; nil while nothing came from it.
    public var speaksAdditions: Bool?
    /// Attempts to send since this server started, by cause.
    public var sent: [String: Int]

    enum CodingKeys: String, CodingKey {
      case name = "server_name"
      case watchedByUs = "watched_by_us"
      case watchedByThem = "watched_by_them"
      case shortTimerIn = "short_timer_in_ms"
      case longTimerIn = "long_timer_in_ms"
      case heardAgo = "heard_ago_ms"
      case epoch
      case ourEpoch = "our_epoch"
      case backlog, failures
      case retryIn = "retry_in_ms"
      case isSilent = "silent"
      case lastError = "last_error"
      case failingFor = "failing_for_ms"
      case speaksAdditions = "speaks_additions"
      case sent
    }

    public init(
      name: ServerName, watchedByUs: [String: [UserID]] = [:], watchedByThem: [UserID] = [],
      shortTimerIn: Int? = nil, longTimerIn: Int? = nil, heardAgo: Int? = nil, epoch: Int64? = nil,
      ourEpoch: Int64, backlog: Int = 0, failures: Int = 0, retryIn: Int? = nil, isSilent: Bool = false,
      lastError: String? = nil, failingFor: Int? = nil, speaksAdditions: Bool? = nil,
      sent: [String: Int] = [:]
    ) {
      self.name = name
      self.watchedByUs = watchedByUs
      self.watchedByThem = watchedByThem
      self.shortTimerIn = shortTimerIn
      self.longTimerIn = longTimerIn
      self.heardAgo = heardAgo
      self.epoch = epoch
      self.ourEpoch = ourEpoch
      self.backlog = backlog
      self.failures = failures
      self.retryIn = retryIn
      self.isSilent = isSilent
      self.lastError = lastError
      self.failingFor = failingFor
      self.speaksAdditions = speaksAdditions
      self.sent = sent
    }
  }

  public var peers: [Peer]

  public init(peers: [Peer]) { self.peers = peers }
}
