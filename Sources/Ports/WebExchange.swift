public import MatrixWire

/// One request to anywhere on the web, one response: the way of discovery and of authorization servers.
///
/// As with `Exchange`, a refusal is a response and so is a redirect, which is not followed. An answer that is larger than
/// the request allows is none.
public protocol WebExchange: Sendable {
  /// - Throws: `ExchangeError` where no answer came within the request's timeout, `CancellationError` where the
  ///   caller went away.
  func send(_ request: WebRequest) async throws -> WireResponse
}

/// What came of a request.
public typealias WebAnswer = Result<WireResponse, ExchangeError>

extension WebExchange {
  /// The same, with a missing answer as a value, for rules that take it.
  ///
  /// - Parameter request: what to ask.
  /// - Returns: the response, or why there is none.
  /// - Throws: `CancellationError` where the caller went away.
  public func answer(to request: WebRequest) async throws(CancellationError) -> WebAnswer {
    do {
      return .success(try await send(request))
    } catch let error as CancellationError {
      throw error
    } catch let error as ExchangeError {
      return .failure(error)
    } catch {
      return .failure(ExchangeError(.unreachable, "\(request.url.origin) cannot be asked: \(error)"))
    }
  }
}
