public import MatrixWire
public import Ports
internal import Synchronization

/// A way to a homeserver that fails as a test says: cut, slow, losing answers, or with another program between. On
/// virtual time.
///
/// Requests take connections as HTTP/1.1 does: one that lies idle, or else a new one.
public final class FaultyExchange: Exchange {
  private struct State: Sendable {
    var isCut = false
    var latency = Duration.zero
    var answersToLose = 0
    var requests: [WireRequest] = []
    var foreignAnswer: WireResponse?
    var pollLimit: Duration?
    /// Numbers of idle connections, the one used last at the end.
    var idle: [Int] = []
    var connectionsMade = 0
    /// Connections up to this number carry nothing any more.
    var dead = 0
    /// Connections up to this number are not used again.
    var retired = 0
  }

  private let base: any Exchange
  private let time: any Timekeeper
  private let state = Mutex(State())

  public init(_ base: any Exchange, time: any Timekeeper) {
    self.base = base
    self.time = time
  }

  /// Every request that was tried, in order.
  public var requests: [WireRequest] { state.withLock(\.requests) }

  /// Requests to an endpoint, by method and the last segments of its path.
  public func requests(_ method: WireRequest.Method, endingIn path: String...) -> [WireRequest] {
    requests.filter { $0.method == method && $0.path.suffix(path.count) == path[...] }
  }

  /// Cuts the way, or mends it. The server still acts on requests that have reached it, but what it answers
  /// while the way is cut is lost.
  public func cut(_ isCut: Bool = true) { state.withLock { $0.isCut = isCut } }

  /// How long each answer takes beyond the server's own time.
  public func delay(_ latency: Duration) { state.withLock { $0.latency = latency } }

  /// The next answers are lost after the server has acted.
  public func loseAnswers(_ count: Int) { state.withLock { $0.answersToLose = count } }

  /// Something between answers every request in the server's place, or nothing does.
  public func answerInstead(_ answer: WireResponse?) { state.withLock { $0.foreignAnswer = answer } }

  /// Something between ends the connection of every poll that is open that long; nil for nothing.
  public func cutPolls(after limit: Duration?) { state.withLock { $0.pollLimit = limit } }

  /// Connections made so far die without a word: nothing they carry arrives.
  public func dropConnections() { state.withLock { $0.dead = $0.connectionsMade } }

  public func renewConnections() {
    state.withLock { state in
      state.retired = state.connectionsMade
      state.idle = []
    }
  }

  public var connectionsMade: Int { state.withLock(\.connectionsMade) }

  public func send(_ request: WireRequest) async throws -> WireResponse {
    state.withLock { $0.requests.append(request) }
    let (connection, latency, isLost, foreign) = try connect()
    try await hangIfDead(connection)
    let response = if let foreign { foreign } else { try await respond(to: request) }
    if latency > .zero { try await time.sleep(until: time.instant + latency) }
    try await hangIfDead(connection)
    let arrives = state.withLock { state in
      if connection > state.retired { state.idle.append(connection) }
      return !isLost && !state.isCut
    }
    guard arrives else { throw ExchangeError(.unreachable, "The answer was lost on its way.") }
    return response
  }

  private func connect() throws -> (connection: Int, latency: Duration, isLost: Bool, foreign: WireResponse?)
  {
    try state.withLock { state in
      guard !state.isCut else { throw ExchangeError(.unreachable, "The way to the server is cut.") }
      if state.idle.isEmpty {
        state.connectionsMade += 1
        state.idle.append(state.connectionsMade)
      }
      let isLost = state.answersToLose > 0
      if isLost { state.answersToLose -= 1 }
      return (state.idle.removeLast(), state.latency, isLost, state.foreignAnswer)
    }
  }

  private func hangIfDead(_ connection: Int) async throws {
    guard state.withLock({ connection <= $0.dead }) else { return }
    for await _ in AsyncStream<Void>.makeStream().stream {}
    throw CancellationError()
  }

  private func respond(to request: WireRequest) async throws -> WireResponse {
    guard request.path.last == "sync", let limit = state.withLock(\.pollLimit) else {
      return try await base.send(request)
    }
    return try await withThrowingTaskGroup(of: WireResponse.self) { [base, time] group in
      group.addTask { try await base.send(request) }
      group.addTask {
        try await time.sleep(until: time.instant + limit)
        throw ExchangeError(.disconnected, "The connection ended without an answer.")
      }
      defer { group.cancelAll() }
      guard let response = try await group.next() else { throw CancellationError() }
      return response
    }
  }
}
