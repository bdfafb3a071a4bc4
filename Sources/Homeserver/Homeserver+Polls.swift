public import MatrixWire
internal import Ports
internal import Synchronization

/// Polls without a task each, for adapters with many connections.
extension Homeserver {
  /// The poll a request asks for; nil where it asks for something else or is refused, which `respond` says, and
  /// where something has to be stored before it may wait, which `respond` does: a poll may be the first use of a
  /// new token, which ends those before it.
  ///
  /// It counts as a request of its person, as every other does.
  ///
  /// - Parameters:
  ///   - request: what was asked.
  ///   - isRepeatable: whether its connection stays, so that the next poll may come by it.
  ///   - last: the poll before it on the same connection, which was answered; it goes on with its stream.
  ///   - deliver: called once with the answer, on any thread, where the poll is opened; must not wait.
  /// - Returns: a poll for `open`.
  public func poll(
    for request: WireRequest, isRepeatable: Bool = false, after last: Poll? = nil,
    deliver: @escaping @Sendable (WireResponse) -> Void
  ) -> Poll? {
    guard request.method == .get, let name = request.path.last, name == "sync" || name == "events",
      !hub.isClosed, request.body.count <= configuration.largestBody,
      let (endpoint, routed) = try? table.find(request, from: .inProcess),
      case .poll(let kind) = endpoint.handler
    else { return nil }
    if let token = request.accessToken, writer.tokenThatEndsOthers(token) != nil { return nil }
    var admitted = routed
    guard (try? authenticator.admit(&admitted, to: endpoint)) != nil else { return nil }
    return try? streams.poll(kind, admitted, isRepeatable: isRepeatable, after: last, deliver: deliver)
  }

  /// Opens the poll that was asked for last, in the same words but for its position: a client asks so as soon as it was
  /// answered. It counts as a request like every other, and is answered where the last one was. As there is hardly
  /// anything new for it, it is opened a moment later with others, after those who have yet to be told of a change.
  ///
  /// - Parameters:
  ///   - last: the poll before it on the same connection.
  ///   - position: what it says of where it goes on (`since`, `from`).
  /// - Returns: the poll; nil where it has to be asked for like the first, which may be refused.
  public func open(again last: Poll, since position: SyncToken) -> Poll? {
    guard last.isRepeatable, !hub.isClosed, authenticator.admitsAgain(last.token) else { return nil }
    let poll = Poll(last, since: position)
    return hub.postpone(poll, now: time.instant) ? poll : nil
  }

  /// Whether many polls are being told of a change, and some have yet to be. What clients ask that were told can wait so
  /// long.
  public var isTellingMany: Bool { hub.isTelling }

  /// Opens a poll and waits for its answer.
  func wait(for endpoint: PollParameters.Endpoint, _ request: RoutedRequest) async throws -> WireResponse {
    let answer = Answer()
    let poll = try streams.poll(endpoint, request) { answer.set($0) }
    try Task.checkCancellation()
    return await withTaskCancellationHandler {
      await presence.open([poll])
      return await answer.value
    } onCancel: {
      hub.abandon(poll)
    }
  }

  /// Opens polls, in their order. Returns when each is answered or waits.
  public func open(_ polls: [Poll]) async { await presence.open(polls) }

  /// The client that asked has gone. Harmless where the poll was answered.
  public func abandon(_ poll: Poll) { hub.abandon(poll) }
}

/// An answer that is waited for, given before or after the wait begins.
private final class Answer: Sendable {
  private struct State: Sendable {
    var answer: WireResponse?
    var waiter: CheckedContinuation<WireResponse, Never>?
  }

  private let state = Mutex(State())

  func set(_ answer: WireResponse) {
    let waiter = state.withLock { state in
      state.answer = answer
      return state.waiter.take()
    }
    waiter?.resume(returning: answer)
  }

  var value: WireResponse {
    get async {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state in
          if state.answer == nil { state.waiter = continuation }
          return state.answer
        }
        if let answer { continuation.resume(returning: answer) }
      }
    }
  }
}
