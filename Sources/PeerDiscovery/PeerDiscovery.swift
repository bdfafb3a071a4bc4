public import MatrixWire
public import Ports

/// Gets pages over HTTPS, with the certificate verified; follows nothing.
public protocol WebGetter: Sendable {
  /// - Parameters:
  ///   - address: what to get.
  ///   - largestBody: in bytes; more is a failure.
  ///   - timeout: for the whole answer.
  /// - Returns: the answer, whatever its status.
  /// - Throws: `ExchangeError` where no answer came, `CancellationError` where the caller went away.
  func get(_ address: WebAddress, largestBody: Int, timeout: Duration) async throws -> WireResponse
}

/// Where other homeservers are: asks as `Resolution` says, and remembers what it was told.
///
/// One lookup of a thing is out at a time; other callers wait for its answer. What is remembered is bounded, by
/// time and in number.
public actor PeerDiscovery {
  public struct Limits: Hashable, Sendable {
    public var wellKnown = WellKnown.Lifetimes()
    /// How long records of services count, whatever their own spans are.
    public var services: ClosedRange<Duration> = .seconds(60) ... .seconds(24 * 3600)
    /// How long to believe that there are none, and to leave name servers alone that do not answer.
    public var absentServices: Duration = .seconds(600)
    public var failedServices: Duration = .seconds(60)
    /// An answer older than this is asked for again when no server is found where it leads.
    public var doubtful: Duration = .seconds(300)
    /// Answers remembered, and lookups under way at a time.
    public var mostAnswers = 8192
    public var mostLookups = 128
    /// How often servers may be looked up of which nothing is remembered; nil for any number.
    public var lookups: LookupRate?

    public init() {}
  }

  private let peers: [ServerName: PeerRoute]
  private let web: any WebGetter
  private let resolver: any ServiceLookup
  private let time: any Timekeeper
  private let limits: Limits
  private var budget: LookupBudget?
  private var wellKnown: AnswerCache<KnownDelegate>
  private var services: AnswerCache<ServiceAnswer>
  /// The callers that wait for a lookup that is out.
  private var waiting: [Lookup: [AsyncStream<Void>.Continuation]] = [:]

  private enum Lookup: Hashable {
    case wellKnown(String)
    case services(String)
  }

  /// - Parameters:
  ///   - peers: servers whose place is set by hand; nothing is asked about them.
  ///   - web: for well-known documents.
  ///   - resolver: for records of services.
  ///   - time: when answers expire.
  ///   - limits: how long and how much is remembered.
  public init(
    peers: [ServerName: PeerRoute] = [:], web: any WebGetter, resolver: any ServiceLookup,
    time: any Timekeeper, limits: Limits = Limits()
  ) {
    self.peers = peers
    self.web = web
    self.resolver = resolver
    self.time = time
    self.limits = limits
    budget = limits.lookups.map(LookupBudget.init)
    wellKnown = AnswerCache(capacity: limits.mostAnswers)
    services = AnswerCache(capacity: limits.mostAnswers)
  }

  /// The way to a server.
  ///
  /// - Throws: `ExchangeError` where there is none, `CancellationError` where the caller went away.
  public func route(to server: ServerName) async throws -> PeerRoute {
    if let route = peers[server] { return route }
    var resolution = Resolution(server)
    // Whose port is known is asked for no service, but its address is.
    if case .found = resolution.step, ServerNameParts(server)?.isLiteral == false { try takeLookup() }
    while true {
      switch resolution.step {
      case .found(let route): return route
      case .nowhere(let reason): throw ExchangeError(.unreachable, reason, cause: "no such service")
      case .askWellKnown(let host):
        resolution.handle(wellKnown: try await delegate(of: host.asciiLowercased))
      case .askServices(let name):
        resolution.handle(services: try await records(of: name))
      }
    }
  }

  /// No server was found where the route leads: what was remembered for a while is asked for again.
  public func doubt(_ server: ServerName) {
    guard peers[server] == nil else { return }
    let before = time.instant - limits.doubtful
    var resolution = Resolution(server)
    while true {
      switch resolution.step {
      case .found, .nowhere: return
      case .askWellKnown(let host):
        let known = wellKnown.expire(host.asciiLowercased, ifOlderThan: before)
        resolution.handle(wellKnown: known?.delegate)
      case .askServices(let name):
        guard let answer = services.expire(name, ifOlderThan: before) else { return }
        resolution.handle(services: answer)
      }
    }
  }

  // MARK: Lookups

  private func delegate(of host: String) async throws -> ServerName? {
    try await once(.wellKnown(host)) {
      wellKnown.answer(to: host, at: time.instant).map(\.delegate)
    } asking: {
      try await askWellKnown(of: host)
    }
  }

  private func records(of name: String) async throws -> ServiceAnswer {
    try await once(.services(name)) {
      services.answer(to: name, at: time.instant)
    } asking: {
      try await askServices(of: name)
    }
  }

  /// Asks if no other caller does, else waits for its answer.
  private func once<Answer>(
    _ lookup: Lookup, known: () -> Answer?, asking ask: () async throws -> Void
  ) async throws -> Answer {
    while true {
      if let answer = known() { return answer }
      if waiting[lookup] != nil {
        try await wait(for: lookup)
        continue
      }
      guard waiting.count < limits.mostLookups else { throw Self.tooMany }
      try takeLookup()
      waiting[lookup] = []
      defer { for waiter in waiting.removeValue(forKey: lookup) ?? [] { waiter.finish() } }
      try await ask()
    }
  }

  /// One lookup more. That there were too many says nothing about a server, so that nothing is remembered of it.
  private func takeLookup() throws(ExchangeError) {
    guard budget?.take(now: time.instant) ?? true else { throw Self.tooMany }
  }

  private static let tooMany = ExchangeError(
    .unreachable, "Too many servers are being looked for at once.",
    cause: "too many servers are being looked for")

  private func wait(for lookup: Lookup) async throws {
    let (bell, ring) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    waiting[lookup]?.append(ring)
    for await _ in bell {}
    // The caller that asked may have been cancelled without an answer: then this one asks.
    try Task.checkCancellation()
  }

  private func askWellKnown(of host: String) async throws {
    let known = wellKnown.lastAnswer(to: host)
    let found = try await fetchWellKnown(of: host)
    let now = time.instant
    if let found {
      wellKnown.remember(
        KnownDelegate(found.delegate, told: now), to: host, at: now, for: found.lifetime)
    } else {
      let fallback = known.flatMap { $0.after(failureAt: now, within: limits.wellKnown.longest) }
      let next = KnownDelegate(
        fallback?.delegate, told: fallback?.told ?? now, failures: (known?.failures ?? 0) + 1)
      wellKnown.remember(next, to: host, at: now, for: limits.wellKnown.backoff(after: next.failures))
    }
  }

  private func fetchWellKnown(of host: String) async throws -> WellKnown? {
    var address = WebAddress.wellKnown(of: host)
    let deadline = time.instant + WellKnownRules.patience
    for _ in 0...WellKnownRules.mostRedirects {
      let left = deadline - time.instant
      guard left > .zero else { return nil }
      let response: WireResponse
      do {
        response = try await web.get(address, largestBody: WellKnownRules.largestBody, timeout: left)
      } catch {
        try Task.checkCancellation()
        return nil
      }
      guard WellKnownRules.redirects.contains(response.status) else {
        return WellKnown(response, now: time.wallTime, lifetimes: limits.wellKnown)
      }
      guard let next = response.header("Location").flatMap({ address.following($0) }) else { return nil }
      address = next
    }
    return nil
  }

  private func askServices(of name: String) async throws {
    var answer = try await resolver.services(of: name)
    let failed = answer == .failed
    // What was true before is a better guess than that there is nothing.
    if failed, let before = services.lastAnswer(to: name) { answer = before }
    let lifetime =
      switch answer {
      case _ where failed: limits.failedServices
      case .records(_, let ttl): min(max(ttl, limits.services.lowerBound), limits.services.upperBound)
      case .none: limits.absentServices
      case .failed: limits.failedServices
      }
    services.remember(answer, to: name, at: time.instant, for: lifetime)
  }
}

/// To whom a host delegates, as far as it could be told.
private struct KnownDelegate {
  var delegate: ServerName?
  /// When the host said so itself.
  var told: Instant
  /// Questions since that failed, one after the other.
  var failures: Int

  init(_ delegate: ServerName?, told: Instant, failures: Int = 0) {
    self.delegate = delegate
    self.told = told
    self.failures = failures
  }

  /// What still counts when the host cannot say it again.
  func after(failureAt now: Instant, within longest: Duration) -> KnownDelegate? {
    delegate != nil && now - told < longest ? self : nil
  }
}
