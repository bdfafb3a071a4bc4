internal import MatrixWire
internal import Ports

/// A bound on everything an answer takes, the finding of its server included.
enum Deadline {
  /// - Parameters:
  ///   - span: how long to wait.
  ///   - time: by which clock.
  ///   - name: of what, for people.
  ///   - body: what is waited for; cancelled when the time is over.
  /// - Returns: the answer.
  /// - Throws: `ExchangeError` where there is none, `CancellationError` where the caller went away.
  static func run(
    _ span: Duration, by time: any Timekeeper, waitingFor name: String,
    _ body: @escaping @Sendable () async throws -> WireResponse
  ) async throws -> WireResponse {
    do {
      guard let response = try await withDeadline(span, on: time, body) else {
        let within = "did not answer within \(span.wholeMilliseconds / 1000) s"
        throw ExchangeError(.timedOut, "\(name) \(within).", cause: within)
      }
      return response
    } catch {
      // Whatever broke after the caller went away is theirs no more.
      try Task.checkCancellation()
      throw ExchangeError(error, name)
    }
  }
}
