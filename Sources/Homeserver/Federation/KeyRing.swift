internal import MatrixWire
internal import Ports

/// Which keys of which servers are known, until when, and which are worth asking for, as a value.
///
/// A request names a server whose keys are needed, and a client can name ten thousand. So what is kept is bounded, what
/// is asked at the same time is bounded, and servers known already are kept apart from others.
struct KeyRing: Sendable {
  struct Limits: Hashable, Sendable {
    /// Servers whose keys are kept, and as many whose keys could not be had.
    var mostServers = 1024
    /// Documents asked for at the same time, and how many of them of servers never heard of.
    var mostFetches = 32
    var mostForUnknown = 16
    /// Requests that wait for one server's document.
    var mostWaiting = 32
    /// Keys are not believed longer than this, whatever their server says (Protocol 6.3).
    var longest = Duration.seconds(7 * 24 * 3600)
    /// After a failure, doubling from the first to the last.
    var firstPause = Duration.seconds(1)
    var lastPause = Duration.seconds(30)
    /// How often a server is asked because of a key it did not name, or for a document that is valid for longer.
    var renewal = Duration.seconds(30)
    /// The largest document that is kept to be handed on, in bytes.
    var largestDocument = 8_192
    /// Documents asked for at the same time only to be handed on.
    var mostQueries = 4
  }

  /// What there is to do about a key.
  enum Finding: Hashable, Sendable {
    case known([UInt8])
    /// Ask the server: it counts as asked until `succeeded`, `failed` or `abandoned`.
    case fetch
    /// Another caller asks just now.
    case fetching
    /// Its server does not name it as a key that signs today.
    case notItsKey
    /// Its server was asked a moment ago and gave nothing of use.
    case unreachable
    /// Too many others are being asked.
    case busy
  }

  /// What there is to do about a document that a client wants.
  enum DocumentFinding: Hashable, Sendable {
    case known([UInt8])
    /// As for keys.
    case fetch
    case fetching
    /// There is nothing better than what is known, if anything.
    case unavailable
  }

  private struct Entry: Sendable {
    var keys: [KeyID: [UInt8]]
    /// As its server sent it; nil where it is too large to be kept.
    var document: [UInt8]?
    /// By the server's own word, and by the longest we believe it.
    var validUntil: WallTime
    var believedUntil: Instant
    var fetchedAt: Instant
    var lastUse: UInt64

    func isValid(at now: Moment) -> Bool { now.wall < validUntil && now.instant < believedUntil }
  }

  private struct Failure: Sendable {
    var pause: Duration
    var until: Instant
    var lastUse: UInt64
  }

  private let limits: Limits
  private var entries: [ServerName: Entry] = [:]
  private var failures: [ServerName: Failure] = [:]
  /// Servers being asked, and whether they are unknown.
  private var fetches: [ServerName: Bool] = [:]
  private var uses: UInt64 = 0

  init(_ limits: Limits = Limits()) { self.limits = limits }

  /// How much is kept: for tests.
  var counts: (known: Int, failed: Int, fetching: Int) { (entries.count, failures.count, fetches.count) }

  /// What there is to do about a key that a request claims to be signed with; `isKnown` says that there is a relation
  /// with the server, although nothing may be known of its keys.
  mutating func find(
    _ key: KeyID, of server: ServerName, isKnown: Bool = false, now: Moment
  ) -> Finding {
    uses += 1
    if let entry = entries[server], entry.isValid(at: now) {
      entries[server]?.lastUse = uses
      if let known = entry.keys[key] { return .known(known) }
      guard now.instant >= entry.fetchedAt + limits.renewal else { return .notItsKey }
    }
    return admit(server, isKnown: isKnown, now: now)
  }

  /// What there is to do about a server's document that is to be handed on.
  ///
  /// - Parameters:
  ///   - server: whose.
  ///   - validUntil: until when it has to be valid, where its server has such a one.
  ///   - isKnown: as for keys.
  ///   - now: the time.
  /// - Returns: the document, or what to do for it.
  mutating func findDocument(
    of server: ServerName, validUntil: WallTime, isKnown: Bool, now: Moment
  ) -> DocumentFinding {
    uses += 1
    if let entry = entries[server], entry.isValid(at: now) {
      entries[server]?.lastUse = uses
      // What is half spent is renewed, so that nobody gets one that ends at once.
      let age = (now.instant - entry.fetchedAt).wholeMilliseconds
      let isFresh =
        entry.validUntil >= validUntil && Int64(age) < entry.validUntil.milliseconds - now.wall.milliseconds
      guard !isFresh, now.instant >= entry.fetchedAt + limits.renewal else {
        return entry.document.map(DocumentFinding.known) ?? .unavailable
      }
    }
    switch admit(server, isKnown: isKnown, now: now) {
    case .fetch: return .fetch
    case .fetching: return .fetching
    case .known, .notItsKey, .unreachable, .busy: return .unavailable
    }
  }

  /// A server's document as it is known, if it is valid.
  func document(of server: ServerName, now: Moment) -> [UInt8]? {
    entries[server].flatMap { $0.isValid(at: now) ? $0.document : nil }
  }

  /// Whether a server may be asked now: `fetch`, or why not.
  private mutating func admit(_ server: ServerName, isKnown: Bool, now: Moment) -> Finding {
    if fetches[server] != nil { return .fetching }
    if let failure = failures[server], now.instant < failure.until {
      failures[server]?.lastUse = uses
      return .unreachable
    }
    // A server whose keys ran out is not unknown: unknown peers must not keep it from being asked again.
    let isUnknown = entries[server] == nil && !isKnown
    let unknown = fetches.values.count { $0 }
    guard fetches.count < limits.mostFetches, !isUnknown || unknown < limits.mostForUnknown else {
      return .busy
    }
    fetches[server] = isUnknown
    return .fetch
  }

  /// A server's document came, and its signature holds.
  mutating func succeeded(_ keys: ServerKeys, now: Moment) {
    let server = keys.server
    let validUntil = WallTime(milliseconds: keys.validUntil)
    guard !keys.verifyKeys.isEmpty, now.wall < validUntil else { return failed(server, now: now) }
    fetches[server] = nil
    failures[server] = nil
    uses += 1
    // What signed once signs no more: it is good for old events, not for requests.
    let body = keys.body
    entries[server] = Entry(
      keys: keys.verifyKeys.filter { keys.oldVerifyKeys[$0.key] == nil },
      document: body.count <= limits.largestDocument ? body : nil, validUntil: validUntil,
      believedUntil: now.instant + limits.longest, fetchedAt: now.instant, lastUse: uses)
    if entries.count > limits.mostServers,
      let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      entries[oldest.key] = nil
    }
  }

  /// A server gave no document, or none that holds. What is known of it stays as long as it would.
  mutating func failed(_ server: ServerName, now: Moment) {
    fetches[server] = nil
    uses += 1
    let pause = failures[server].map { min($0.pause * 2, limits.lastPause) } ?? limits.firstPause
    failures[server] = Failure(pause: pause, until: now.instant + pause, lastUse: uses)
    if failures.count > limits.mostServers,
      let oldest = failures.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      failures[oldest.key] = nil
    }
  }

  /// The caller that asked was cancelled before there was an answer.
  mutating func abandoned(_ server: ServerName) { fetches[server] = nil }
}
