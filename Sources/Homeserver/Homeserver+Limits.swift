internal import MatrixWire
internal import Ports
internal import Synchronization

/// Rate limits (Protocol 1.3).
extension Homeserver {
  /// Counts an action; `subject` is nil where nobody is to be held to it.
  ///
  /// - Throws: 429 `M_LIMIT_EXCEEDED` where it was done too often.
  func limit(
    _ action: RateLimiter.Action, _ subject: RateLimiter.Subject?, cost: Int = 1
  ) throws(APIError) {
    guard let subject, configuration.rateLimits != .none else { return }
    let now = time.instant
    guard let wait = limiter.withLock({ $0.charge(action, subject, cost: cost, now: now) }) else { return }
    let milliseconds = max(1, (wait + .nanoseconds(999_999)).wholeMilliseconds)
    let most = limiter.withLock { $0.most(action) } ?? cost
    throw APIError(
      MatrixError(
        .limitExceeded,
        cost > most
          ? "Too much at once. Ask for \(most) at most, and for the rest later."
          : "Too often. Try again in \((milliseconds + 999) / 1000) s.",
        retryAfter: min(milliseconds, 86_400_000)))
  }

  /// Where a request goes. It counts for the address it came from, unless it goes where its token is looked at: one
  /// nobody looks at frees nobody.
  ///
  /// - Throws: as `RoutedEndpoint`, 429 where too many came from that address.
  func endpoint(of request: WireRequest, from requester: Requester) throws(APIError) -> RoutedEndpoint {
    let endpoint = Result { () throws(APIError) in try RoutedEndpoint(request) }
    let asksForToken = (try? endpoint.get().route.asksForToken) ?? false
    if request.accessToken == nil || !asksForToken { try limit(.requests, requester.subject) }
    return try endpoint.get()
  }

  /// Takes back a count.
  func refund(_ action: RateLimiter.Action, _ subject: RateLimiter.Subject?) {
    guard let subject else { return }
    limiter.withLock { $0.refund(action, subject) }
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
