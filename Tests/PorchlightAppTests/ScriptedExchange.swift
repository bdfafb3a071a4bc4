import MatrixWire
import Ports
import Synchronization

/// A server that says what a test tells it to, and remembers what it was asked.
final class ScriptedExchange: Exchange {
  private struct State {
    var requests: [WireRequest] = []
    /// What requests other than polls are answered with; nil leaves them without an answer for ever.
    var reply: WireResponse? = .json(Empty())
    /// What requests are answered with otherwise, by the last part of their path.
    var replies: [String: WireResponse] = [:]
  }

  private let state = Mutex(State())
  private let answers: AsyncStream<WireResponse>
  private let sink: AsyncStream<WireResponse>.Continuation

  init() { (answers, sink) = AsyncStream.makeStream() }

  /// Answers the poll that waits, or the next one.
  func answerPoll(_ events: [StreamEvent], rooms: RoomsUpdate = RoomsUpdate(), position: String) {
    guard let token = SyncToken(position) else { return }
    sink.yield(.json(SyncAnswer(nextBatch: token, presence: events, rooms: rooms)))
  }

  func refusePoll(_ error: MatrixError, status: Int) { sink.yield(.json(error, status: status)) }

  /// From now on requests whose path ends so are answered with this.
  func answer(_ path: String, with response: WireResponse) {
    state.withLock { $0.replies[path] = response }
  }

  /// From now on nothing but polls is answered.
  func fallSilent() { state.withLock { $0.reply = nil } }

  /// What was asked besides polls: method, last part of the path, body.
  var calls: [String] {
    state.withLock { state in
      state.requests.filter { $0.path.last != "sync" }.map {
        "\($0.method.rawValue) \($0.path.last ?? "") \(String(decoding: $0.body, as: UTF8.self))"
      }
    }
  }

  func send(_ request: WireRequest) async throws -> WireResponse {
    let reply = state.withLock { state in
      state.requests.append(request)
      return request.path.last.flatMap { state.replies[$0] } ?? state.reply
    }
    if request.path.last == "sync" {
      for await answer in answers { return answer }
    } else if let reply {
      return request.path.last == "list" ? .json(PresenceListResult()) : reply
    } else {
      for await _ in AsyncStream<Void>.makeStream().stream {}
    }
    throw CancellationError()
  }
}
