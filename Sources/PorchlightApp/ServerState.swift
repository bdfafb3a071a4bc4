internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// How the server is doing, and what it can do.
struct ServerState: Hashable, Sendable {
  private(set) var connection = Connection.connecting
  /// When the server said anything last.
  private(set) var lastHeard: Instant?
  /// Whether the server has presence lists; nil until it has said so.
  private(set) var hasPresenceLists: Bool?
  /// What is special about how it keeps contacts.
  private(set) var traits: RosterTraits
  /// Whether users can be asked to be seen; true until the server has said otherwise.
  var canAsk: Bool { traits.contacts == .rooms || hasPresenceLists != false }
  /// Whether it was asked what it can do, since it was heard again.
  private var isAsked = false
  /// Whether the next answer only brings up to date: it is not news.
  private var isCatchingUp = true

  init(_ traits: RosterTraits = .lists) { self.traits = traits }

  /// It has said how it keeps contacts.
  mutating func settle(_ traits: RosterTraits) { self.traits = traits }

  /// When the server said anything last, where it is not heard any more.
  var lastHeardIfLost: Instant? { connection.isLost ? lastHeard : nil }

  /// When the countdown to the next try changes.
  func nextTick(after now: Instant) -> Instant? {
    guard case .interrupted(_, let retryAt) = connection, retryAt > now else { return nil }
    return Countdown.nextSecond(before: retryAt, after: now)
  }

  /// The server answered.
  ///
  /// - Returns: whether what it said is news, rather than what was missed.
  mutating func answered(isComplete: Bool, at now: Instant) -> Bool {
    defer { isCatchingUp = false }
    connection = .live
    lastHeard = now
    return !isCatchingUp && !isComplete
  }

  mutating func interrupted(_ error: SDKError, retryAt: Instant) {
    connection = .interrupted(error, retryAt: retryAt)
    isCatchingUp = true
    isAsked = false
  }

  /// The next try is made now rather than when the back-off says.
  ///
  /// - Returns: false if there is nothing to try: the server is heard.
  mutating func retry(at now: Instant) -> Bool {
    guard case .interrupted(let error, _) = connection else { return false }
    connection = .interrupted(error, retryAt: now)
    return true
  }

  /// The session is over.
  mutating func end() { connection = .over }

  /// What the server can do is asked after the first answer, so that no first picture waits for it, and after every
  /// interruption: it may have been started anew as another version, or with another rule.
  mutating func askVersions() -> [Intent] {
    guard connection == .live, !isAsked else { return [] }
    isAsked = true
    return [.askVersions]
  }

  mutating func handle(_ versions: VersionsAnswer) { hasPresenceLists = versions.hasPresenceLists }
}
