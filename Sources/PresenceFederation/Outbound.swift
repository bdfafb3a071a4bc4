internal import MatrixWire
internal import Ports

/// The transaction to a peer that is under way; there is never another, and it is the same in every attempt
/// (Protocol 6.1). What is parked is no state of it, because other contents go on meanwhile: see `OutboundQueue`.
enum Outbound: Sendable {
  struct InFlight: Sendable {
    var outbound: OutboundTransaction
    var contents: OutboundContents
    /// Holds a state that the peer may not have any more, or a message that is replaced: not to be repeated unchanged.
    var isTainted = false
    /// When the latest attempt began.
    var since: Instant
  }

  case idle
  case sending(InFlight)
  case backingOff(InFlight, until: Instant)

  var inFlight: InFlight? {
    switch self {
    case .idle: nil
    case .sending(let inFlight), .backingOff(let inFlight, _): inFlight
    }
  }

  var isIdle: Bool { if case .idle = self { true } else { false } }

  /// When the next attempt is made.
  var retryAt: Instant? { if case .backingOff(_, let until) = self { until } else { nil } }

  /// The transaction whose attempt this is, while that runs.
  func running(_ attempt: OutboundTransaction) -> InFlight? {
    guard case .sending(let inFlight) = self, inFlight.outbound.attempt == attempt.attempt,
      inFlight.outbound.transaction.id == attempt.transaction.id
    else { return nil }
    return inFlight
  }

  /// It must not be repeated as it is.
  mutating func taint() {
    switch self {
    case .idle: break
    case .sending(var inFlight):
      inFlight.isTainted = true
      self = .sending(inFlight)
    case .backingOff(var inFlight, let until):
      inFlight.isTainted = true
      self = .backingOff(inFlight, until: until)
    }
  }

  /// The attempt failed, or the next one is made at another time.
  mutating func backOff(until instant: Instant) {
    guard let inFlight else { return }
    self = .backingOff(inFlight, until: instant)
  }

  /// Begins the next attempt.
  ///
  /// - Returns: what to send; nil where nothing is under way.
  mutating func retry(at now: Instant) -> OutboundTransaction? {
    guard var inFlight else { return nil }
    inFlight.since = now
    inFlight.outbound.attempt += 1
    inFlight.outbound.cause = .retry
    self = .sending(inFlight)
    return inFlight.outbound
  }

  /// The transaction is delivered, or given up.
  ///
  /// - Returns: what it held.
  @discardableResult
  mutating func finish() -> OutboundContents? {
    defer { self = .idle }
    return inFlight?.contents
  }
}
