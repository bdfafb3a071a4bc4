internal import MatrixWire
internal import Ports

/// The two timers that notice a peer that is gone, and a promise that was lost (R3 to R6).
struct Watchdog: Sendable {
  /// The share of its interval from which the long timer is drawn: where it starts, and later.
  static let (firstShare, laterShare) = (0.1...1.0, 0.85...1.15)

  var lastHeard: Instant?
  var isSilent = false
  /// How long states of the peer hold without news.
  private(set) var promise: Duration?
  /// A reminder has no answer yet; the answer may come as a transaction of its own.
  var awaitsAnswer = false
  /// When the peer last made or renewed its promise.
  var refreshedAt: Instant?
  var shortInterval: Duration
  /// The span drawn for the running short timer; nil where it does not run.
  private(set) var shortSpan: Duration?
  var longAt: Instant?
  /// When the oldest of what it said is to be looked at, where it is a server of today; no later than that is of age.
  var expiryAt: Instant?

  init(shortInterval: Duration) { self.shortInterval = shortInterval }

  var isShortRunning: Bool { shortSpan != nil }

  /// When the short timer fires, if nothing is heard before.
  func shortAt(_ now: Instant) -> Instant? { shortSpan.map { (lastHeard ?? now) + $0 } }

  /// Starts and stops the timers as subscriptions demand (R4, R9).
  mutating func keep(
    _ name: ServerName, short: Bool, long: Bool, isModern: Bool, _ agenda: inout Agenda, _ now: Moment
  ) {
    if short {
      if shortSpan == nil { armShort(name, &agenda, now) }
    } else if shortSpan != nil {
      shortSpan = nil
      shortInterval = agenda.timing.shortInterval
      agenda.set(nil, for: .short(name))
    }
    if long {
      if longAt == nil { armLong(name, Self.firstShare, isModern: isModern, &agenda, now) }
    } else if longAt != nil {
      longAt = nil
      agenda.set(nil, for: .long(name))
    }
  }

  mutating func armShort(_ name: ServerName, _ agenda: inout Agenda, _ now: Moment) {
    let drawn = agenda.span(0.9...1, of: shortInterval)
    shortSpan = drawn
    agenda.set(max(lastHeard ?? now.instant, now.instant) + drawn, for: .short(name))
  }

  mutating func armLong(
    _ name: ServerName, _ share: ClosedRange<Double> = laterShare, isModern: Bool, _ agenda: inout Agenda,
    _ now: Moment
  ) {
    let timing = agenda.timing
    var drawn = agenda.span(share, of: isModern ? timing.modernRefresh : timing.longInterval)
    // A promise of the peer has to be renewed before it ends.
    if let promise { drawn = min(drawn, promise * 9 / 10) }
    longAt = now.instant + drawn
    agenda.set(longAt, for: .long(name))
  }

  /// Every message puts the short timer off (R3); that is only looked at when the timer fires.
  ///
  /// - Returns: whether the peer is to be reminded; then the timer has to be armed anew.
  mutating func shortFired(_ name: ServerName, _ agenda: inout Agenda, _ now: Moment) -> Bool {
    guard let shortSpan else { return false }
    if let lastHeard, lastHeard + shortSpan > now.instant {
      agenda.set(lastHeard + shortSpan, for: .short(name))
      return false
    }
    return true
  }

  /// Whether the peer takes every reminder and says nothing to it, and its promise has run out.
  func isPromiseOver(at now: Instant) -> Bool {
    guard let refreshedAt, let promise else { return false }
    return refreshedAt + promise <= now
  }

  /// A reminder and its answer were exchanged: both timers begin anew (R5).
  mutating func exchanged(
    _ name: ServerName, long: Bool, isModern: Bool, _ agenda: inout Agenda, _ now: Moment
  ) {
    awaitsAnswer = false
    refreshedAt = now.instant
    if agenda.policy == .economical, shortSpan != nil {
      shortInterval = min(shortInterval * 2, agenda.timing.longestShortInterval)
    }
    if shortSpan != nil { armShort(name, &agenda, now) }
    if long { armLong(name, isModern: isModern, &agenda, now) }
  }

  /// The peer says how long its states hold; nil is the promise of a peer that names no span.
  mutating func receive(
    promise said: Duration?, of name: ServerName, isModern: Bool, _ agenda: inout Agenda, _ now: Moment
  ) {
    let timing = agenda.timing
    let before = promise ?? timing.longInterval
    let promises = timing.promises
    let held = min(max(said ?? timing.defaultPromise, promises.lowerBound), promises.upperBound)
    promise = held
    // The timer was drawn before this shorter promise was known.
    if longAt != nil, held < before { armLong(name, isModern: isModern, &agenda, now) }
  }

  /// Looks again when the oldest state of a server of today expires.
  mutating func awaitExpiry(of name: ServerName, oldest: Instant?, _ agenda: inout Agenda) {
    expiryAt = oldest.map { $0 + agenda.timing.modernExpiry }
    agenda.set(expiryAt, for: .expiry(name))
  }
}
