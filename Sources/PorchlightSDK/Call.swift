internal import MatrixWire
internal import Ports

/// One request with a deadline, and its answer decoded or its failure explained.
struct Call: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper
  var token: AccessToken?

  func send<Answer: Decodable & Sendable>(
    _ request: WireRequest, as type: Answer.Type = Answer.self
  ) async throws(SDKError) -> Answer {
    var request = request
    request.accessToken = token
    let response = try await respond(to: request)
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

  private func respond(to request: WireRequest) async throws(SDKError) -> WireResponse {
    do {
      return try await withDeadline(request.timeout, on: time) { [exchange] in
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
