internal import MatrixWire
internal import Ports

/// One request with a deadline, and its answer decoded or its failure explained.
struct Call: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper
  /// What the call proves itself with, once there is a session.
  var keys: SessionKeys?

  func send<Answer: Decodable & Sendable>(
    _ request: WireRequest, as type: Answer.Type = Answer.self
  ) async throws(SDKError) -> Answer {
    let used = keys?.credentials.accessToken
    var response = try await respond(to: request, with: used)
    if response.error?.code == .unknownToken, let keys, try await renew(keys, after: used) {
      response = try await respond(to: request, with: keys.credentials.accessToken)
    }
    if let error = response.error { throw SDKError(error, status: response.status) }
    do {
      return try WireJSON.decode(Answer.self, from: response.body)
    } catch {
      throw SDKError(
        .badAnswer,
        "The server's answer to \(request.method.rawValue) \(request.path.last ?? "") "
          + "is not what Matrix says: \(error.message)")
    }
  }

  /// An expired access token is renewed where it can be; false where the session is over.
  private func renew(_ keys: SessionKeys, after used: AccessToken?) async throws(SDKError) -> Bool {
    let call = Call(exchange: exchange, time: time)
    do {
      return try await keys.renew(after: used) { token throws(SDKError) in
        try await call.send(ClientAPI.refresh(token))
      }
    } catch {
      // Whoever may not renew it has to log in again; what was refused first says so.
      guard error.code == .loggedOut else { throw error }
      return false
    }
  }

  private func respond(
    to request: WireRequest, with token: AccessToken?
  ) async throws(SDKError) -> WireResponse {
    var request = request
    request.accessToken = token
    do {
      return try await withDeadline(request.timeout, on: time) { [exchange, request] in
        try await exchange.send(request)
      }
    } catch let error as ExchangeError {
      throw SDKError(.unreachable, error.message)
    } catch is CancellationError {
      throw SDKError(.cancelled, "The call was cancelled.")
    } catch {
      throw SDKError(.unreachable, "No answer: \(error)")
    }
  }
}

/// Runs `body` and cancels it when it takes longer than `span`.
///
/// - Throws: what `body` throws, or `ExchangeError` with `timedOut`.
func withDeadline<Value: Sendable>(
  _ span: Duration, on time: any Timekeeper, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await time.sleep(until: time.instant + span)
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let value = first else {
      throw ExchangeError(.timedOut, "The server did not answer within \(span.wholeMilliseconds / 1000) s.")
    }
    return value
  }
}
