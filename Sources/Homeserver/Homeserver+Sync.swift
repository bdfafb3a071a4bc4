public import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// The event stream as a long poll: `/sync` (Protocol 4.2) and its old forms (Protocol 4.1).
extension Homeserver {
  func sync(_ request: WireRequest, _ version: APIVersion) async throws -> WireResponse {
    try await wait { try poll(.sync, request, version, deliver: $0) }
  }

  func events(_ request: WireRequest, _ version: APIVersion) async throws -> WireResponse {
    try await wait { try poll(.events, request, version, deliver: $0) }
  }

  func initialSync(_ request: WireRequest, _ version: APIVersion) async throws -> WireResponse {
    let device = try authenticate(request)
    let (section, data, position) = await presence.snapshot(
      for: device.user, as: StreamForm(.contentOnly, version.vocabulary))
    return .stream(StreamBytes.initialSync(end: position, accountData: data, presence: section))
  }

  /// Opens a poll and waits for its answer.
  private func wait(
    for make: (@escaping @Sendable (WireResponse) -> Void) throws -> Poll
  ) async throws -> WireResponse {
    let answer = Answer()
    let poll = try make { answer.set($0) }
    try Task.checkCancellation()
    return await withTaskCancellationHandler {
      await presence.open([poll])
      return await answer.value
    } onCancel: {
      hub.abandon(poll)
    }
  }

  private func poll(
    _ endpoint: PollParameters.Endpoint, _ request: WireRequest, _ version: APIVersion,
    deliver: @escaping @Sendable (WireResponse) -> Void
  ) throws(APIError) -> Poll {
    let record = try authenticatedToken(of: request)
    let device = Device(user: record.user, id: record.device)
    let parameters = try PollParameters(request, of: endpoint, longestWait: configuration.longestWait) {
      (text) throws(APIError) in try filter(text, of: device.user)
    }
    let shape = endpoint == .sync ? StreamForm.Shape.withSender : .contentOnly
    return Poll(
      device, record.digest, StreamForm(shape, version.vocabulary), parameters, deliver: deliver)
  }

  /// The filter a poll names: JSON, or the name of one that was stored.
  private func filter(_ text: String, of user: UserID) throws(APIError) -> SyncFilter? {
    guard text.utf8.first == UInt8(ascii: "{") else { return accounts.filter(id: text, for: user) }
    do throws(MatrixError) { return try filters.filter(text) } catch { throw APIError(error) }
  }
}

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
  ///   - deliver: called once with the answer, on any thread, where the poll is opened; must not wait.
  /// - Returns: a poll for `open`.
  public func poll(
    for request: WireRequest, deliver: @escaping @Sendable (WireResponse) -> Void
  ) -> Poll? {
    guard request.method == .get, let name = request.path.last, name == "sync" || name == "events",
      !hub.isClosed, request.body.count <= configuration.largestBody,
      let endpoint = try? RoutedEndpoint(request), !endsOthers(request)
    else { return nil }
    switch endpoint.route {
    case .sync: return try? poll(.sync, request, endpoint.version, deliver: deliver)
    case .events: return try? poll(.events, request, endpoint.version, deliver: deliver)
    default: return nil
    }
  }

  /// Whether the token of a request is to end those that came before it.
  private func endsOthers(_ request: WireRequest) -> Bool {
    // Nearly always nobody has two generations of tokens, and then nothing is looked up.
    guard accounts.hasSuperseded, let token = request.accessToken,
      case .valid(let record) = accounts.find(token, .access, at: time.wallTime)
    else { return false }
    return !accounts.superseded(by: record).isEmpty
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
