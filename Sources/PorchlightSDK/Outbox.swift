public import Ports

/// One thing to be told to the server, of which only the newest value matters.
///
/// While a value is on its way, or its time has not come, newer ones replace each other. Failures wait and try
/// again with whatever is newest by then. A value is sent again even if it was sent before: another device
/// may have said something else meanwhile.
public struct Outbox<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The least span between two sends.
  var spacing: Duration
  private var waiting: Value?
  private var inFlight: Value?
  /// The earliest send that spacing and the server allow.
  private var notBefore: Instant
  /// The earliest send that the own back-off allows; may be cut short.
  private var heldUntil: Instant
  private var backoff = Backoff()

  public init(spacing: Duration, now: Instant) {
    self.spacing = spacing
    notBefore = now
    heldUntil = now
  }

  /// What the server will have been told when everything has gone well.
  public var pending: Value? { waiting ?? inFlight }

  /// When `takeDue` has something, if nothing happens before.
  public var deadline: Instant? { waiting != nil && inFlight == nil ? max(notBefore, heldUntil) : nil }

  /// Takes the newest value.
  public mutating func submit(_ value: Value) {
    waiting = value == inFlight ? nil : value
  }

  /// Hands out the value to send now, once.
  public mutating func takeDue(at now: Instant) -> Value? {
    guard inFlight == nil, let value = waiting, now >= max(notBefore, heldUntil) else { return nil }
    waiting = nil
    inFlight = value
    notBefore = now + spacing
    return value
  }

  /// The server took what was on its way.
  public mutating func succeeded() {
    backoff.reset()
    inFlight = nil
  }

  /// It did not arrive, or may not have: it is tried again unless something newer waits.
  public mutating func failed(
    at now: Instant, retryAfter: Duration?, using random: inout some RandomNumberGenerator
  ) {
    waiting = waiting ?? inFlight
    inFlight = nil
    notBefore = max(notBefore, now + (retryAfter ?? .zero))
    heldUntil = now + backoff.next(using: &random)
  }

  /// The server may be reachable again: what failed is tried as soon as spacing and the server allow.
  public mutating func retry(at now: Instant) {
    backoff.reset()
    heldUntil = min(heldUntil, now)
  }

  /// The server does not want it: given up.
  public mutating func refused() {
    backoff.reset()
    inFlight = nil
  }
}
