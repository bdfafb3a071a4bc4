internal import MatrixWire
internal import Ports

/// Owns the `KeyRing` and asks servers for their keys: each once at a time, in the task of the first caller.
actor KeyService {
  /// Asks a server for its document, within a time of its own.
  typealias Fetch = @Sendable (ServerName) async throws -> ServerKeys

  private let time: any Timekeeper
  private let verifier: any SignatureVerifier
  private let mostWaiting: Int
  private let mostQueries: Int
  private let fetch: Fetch
  /// Which servers are known: others must not keep them from being asked for their keys, not even after a
  /// start, when no keys are known.
  private let isKnown: @Sendable (ServerName) -> Bool
  /// Told of servers whose keys could not be had, and why.
  private let failed: @Sendable (ServerName, String) -> Void
  private var ring: KeyRing
  /// How many servers are being asked only for what is handed on.
  private var queries = 0
  private var waiting: [ServerName: [CheckedContinuation<Void, Never>]] = [:]

  init(
    time: any Timekeeper, verifier: any SignatureVerifier, limits: KeyRing.Limits = .init(),
    isKnown: @escaping @Sendable (ServerName) -> Bool = { _ in false },
    failed: @escaping @Sendable (ServerName, String) -> Void = { _, _ in },
    fetch: @escaping Fetch
  ) {
    self.isKnown = isKnown
    self.failed = failed
    self.time = time
    self.verifier = verifier
    self.fetch = fetch
    mostWaiting = limits.mostWaiting
    mostQueries = limits.mostQueries
    ring = KeyRing(limits)
  }

  /// How much is kept: for tests.
  var counts: (known: Int, failed: Int, fetching: Int) { ring.counts }

  /// The key a server signs requests with, by its name.
  ///
  /// - Throws: 401 where the server does not have it, or does not say; 503 where too much is asked already.
  func key(_ id: KeyID, of server: ServerName) async throws(APIError) -> [UInt8] {
    var hasAsked = false
    while true {
      switch ring.find(id, of: server, isKnown: isKnown(server), now: time.now) {
      case .known(let key): return key
      case .fetch:
        guard !hasAsked else {
          ring.abandoned(server)
          throw Self.unreachable(server)
        }
        hasAsked = true
        try await ask(server)
      case .fetching:
        guard waiting[server, default: []].count < mostWaiting else { throw Self.busy }
        await withCheckedContinuation { waiting[server, default: []].append($0) }
      case .notItsKey: throw APIError(401, .unauthorized, "\(id) is no key that \(server) signs with.")
      case .unreachable: throw Self.unreachable(server)
      case .busy: throw Self.busy
      }
    }
  }

  /// A server's own key document.
  ///
  /// - Parameters:
  ///   - server: whose.
  ///   - validUntil: until when it has to be valid, where its server has such a one.
  ///   - mayAsk: whether the server may be asked for this client's sake; called where it is to be.
  /// - Returns: the document as the server signed it; nil where it cannot be had.
  func document(
    of server: ServerName, validUntil: WallTime, mayAsk: @Sendable () -> Bool
  ) async -> [UInt8]? {
    switch ring.findDocument(
      of: server, validUntil: validUntil, isKnown: isKnown(server), now: time.now)
    {
    case .known(let document): return document
    case .fetch:
      guard queries < mostQueries, mayAsk() else {
        ring.abandoned(server)
        break
      }
      queries += 1
      try? await ask(server)
      queries -= 1
    case .fetching:
      guard waiting[server, default: []].count < mostWaiting else { break }
      await withCheckedContinuation { waiting[server, default: []].append($0) }
    case .unavailable: break
    }
    return ring.document(of: server, now: time.now)
  }

  private static let busy = APIError(503, .unknown, "Too many servers are being asked for their keys.")

  private static func unreachable(_ server: ServerName) -> APIError {
    APIError(401, .unauthorized, "The keys of \(server) could not be had.")
  }

  private func ask(_ server: ServerName) async throws(APIError) {
    defer {
      for waiter in waiting.removeValue(forKey: server) ?? [] { waiter.resume() }
    }
    do {
      let keys = try await fetch(server)
      let isGood = keys.server == server && verifier.isSelfSigned(keys)
      if isGood {
        ring.succeeded(keys, now: time.now)
      } else {
        fail(server, "what it says of them is not its own")
      }
    } catch {
      // The next who waits asks again: that this one went away says nothing about the server.
      guard !Task.isCancelled else {
        ring.abandoned(server)
        throw APIError(503, .unknown, "The request was given up.")
      }
      fail(server, ExchangeError.cause(of: error))
    }
  }

  private func fail(_ server: ServerName, _ cause: String) {
    ring.failed(server, now: time.now)
    failed(server, cause)
  }
}
