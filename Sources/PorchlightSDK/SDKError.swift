public import MatrixWire

/// Why a call did not do what it was asked, in a form a person can be shown.
public struct SDKError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// No answer came: nothing listens, the way is cut, or it took too long. Worth another try.
    case unreachable
    /// The connection ended before the answer was complete. Worth another try.
    case disconnected
    /// The server said no, with this error.
    case refused(MatrixError)
    /// Too often; try again after `retryAfter`.
    case rateLimited
    /// The session is over: its token is not known any more.
    case loggedOut
    /// An answer came that is not Matrix: another program answers on the way, or in the server's place. Worth another
    /// try.
    case badAnswer
    /// The calling task was cancelled.
    case cancelled
  }

  public let code: Code
  /// What failed, on what.
  public let message: String
  /// How long the server asked to wait.
  public let retryAfter: Duration?

  public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
  }

  public var description: String { message }

  /// Whether the same call may succeed later without any change by the user.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .disconnected, .rateLimited, .badAnswer: true
    case .refused, .loggedOut, .cancelled: false
    }
  }

  /// What a refusal with a Matrix error code means for the caller.
  init(_ error: MatrixError, status: Int) {
    let retryAfter = error.retryAfter.map { Duration.milliseconds($0) }
    switch (error.code, status) {
    case (.unknownToken, 400..<500), (.missingToken, 400..<500):
      self.init(.loggedOut, "The session has ended: \(error.message)")
    case (.limitExceeded, _), (_, 429):
      // Where the server names no wait, 5 s (Protocol 1.3).
      self.init(.rateLimited, error.message, retryAfter: retryAfter ?? .seconds(5))
    case (_, 408), (_, 500..<600):
      // The server's trouble, which passes; any other 4xx is an answer.
      self.init(.unreachable, error.message, retryAfter: retryAfter)
    default:
      self.init(.refused(error), error.message)
    }
  }
}
