internal import MatrixWire
internal import Ports
internal import Synchronization

/// Holds users and addresses to the rate limits (Protocol 1.3). Shared by all endpoints.
final class RequestLimiter: Sendable {
  private let limits: RateLimits
  private let time: any Timekeeper
  private let buckets: Mutex<RateLimiter>

  init(_ limits: RateLimits, time: any Timekeeper) {
    self.limits = limits
    self.time = time
    buckets = Mutex(RateLimiter(limits))
  }

  /// Counts an action; `subject` is nil where no one is to be held to it.
  ///
  /// - Throws: 429 `M_LIMIT_EXCEEDED` where it was done too often.
  func charge(
    _ action: RateLimiter.Action, _ subject: RateLimiter.Subject?, cost: Int = 1
  ) throws(APIError) {
    guard let subject, limits != .none else { return }
    let now = time.instant
    guard let wait = buckets.withLock({ $0.charge(action, subject, cost: cost, now: now) }) else { return }
    let milliseconds = max(1, (wait + .nanoseconds(999_999)).wholeMilliseconds)
    let most = buckets.withLock { $0.most(action) } ?? cost
    throw APIError(
      MatrixError(
        .limitExceeded,
        cost > most
          ? "Too much at once. Ask for \(most) at most, and for the rest later."
          : "Too often. Try again in \((milliseconds + 999) / 1000) s.",
        retryAfter: min(milliseconds, 86_400_000)))
  }

  /// Takes back a count.
  func refund(_ action: RateLimiter.Action, _ subject: RateLimiter.Subject?) {
    guard let subject else { return }
    buckets.withLock { $0.refund(action, subject) }
  }
}

extension Requester {
  /// What is counted by address: nothing of a process on this machine, which comes by a socket file, by none, or
  /// from an address that never leaves it.
  var subject: RateLimiter.Subject? {
    guard let address, IPAddress(address)?.isLoopback != true else { return nil }
    return .init(network: address)
  }
}
