internal import MatrixWire

/// A refusal with its HTTP status.
struct APIError: Error, Hashable, Sendable {
  let status: Int
  let error: MatrixError

  init(_ status: Int, _ code: ErrorCode, _ message: String) {
    self.status = status
    self.error = MatrixError(code, message)
  }

  /// With the status the specification has for the code.
  init(_ error: MatrixError) {
    self.error = error
    status =
      switch error.code {
      case .missingToken, .unknownToken, .unauthorized: 401
      case .forbidden, .guestAccessForbidden: 403
      case .notFound, .unrecognized: 404
      case .limitExceeded: 429
      default: 400
      }
  }

  /// Says when to try again twice: as the specification had it, and in the header it has today, in whole
  /// seconds.
  var response: WireResponse {
    var response = WireResponse.json(error, status: status)
    if let wait = error.retryAfter {
      response.headers.append(.init("Retry-After", String((wait + 999) / 1000)))
    }
    return response
  }
}
