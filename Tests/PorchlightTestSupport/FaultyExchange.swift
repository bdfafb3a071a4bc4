public import MatrixWire
public import Ports
internal import Synchronization

/// A way to a homeserver that fails as a test says: cut, slow, or losing answers. On virtual time.
public final class FaultyExchange: Exchange {
  private struct State: Sendable {
    var isCut = false
    var latency = Duration.zero
    var answersToLose = 0
    var requests: [WireRequest] = []
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

  public func send(_ request: WireRequest) async throws -> WireResponse {
    let (isCut, latency, isLost) = state.withLock { state in
      state.requests.append(request)
      guard !state.isCut else { return (true, state.latency, false) }
      let isLost = state.answersToLose > 0
      if isLost { state.answersToLose -= 1 }
      return (false, state.latency, isLost)
    }
    guard !isCut else { throw ExchangeError(.unreachable, "The way to the server is cut.") }
    let response = try await base.send(request)
    if latency > .zero { try await time.sleep(until: time.instant + latency) }
    guard !isLost, !state.withLock(\.isCut) else {
      throw ExchangeError(.unreachable, "The answer was lost on its way.")
    }
    return response
  }
}
