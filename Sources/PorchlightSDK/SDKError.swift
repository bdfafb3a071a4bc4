public import MatrixWire

/// Why a call did not do what it was asked, in a form a person can be shown.
public struct SDKError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// No answer came: nothing listens, the way is cut, or it took too long. Worth another try.
    case unreachable
    /// The server said no, with this error.
    case refused(MatrixError)
    /// Too often; try again after that many milliseconds.
    case rateLimited(milliseconds: Int)
    /// The session is over: its token is not known any more.
    case loggedOut
    /// An answer came that is not Matrix.
    case badAnswer
    /// The calling task was cancelled.
    case cancelled
  }

  public let code: Code
  /// What failed, on what.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// Whether the same call may succeed later without anybody changing anything.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .rateLimited, .badAnswer: true
    case .refused(let error): error.code == .limitExceeded
    case .loggedOut, .cancelled: false
    }
  }

  /// How long the server asked to be left alone.
  public var retryAfter: Duration? {
    if case .rateLimited(let milliseconds) = code { .milliseconds(milliseconds) } else { nil }
  }

  init(_ error: MatrixError, status: Int) {
    switch error.code {
    case .unknownToken, .missingToken:
      self.init(.loggedOut, "The session has ended: \(error.message)")
    case .limitExceeded:
      self.init(.rateLimited(milliseconds: error.retryAfter ?? 5_000), "Too many changes: \(error.message)")
    default:
      // A 5xx is the server's trouble and passes; a 4xx is an answer.
      let code: Code = (500..<600).contains(status) ? .unreachable : .refused(error)
      self.init(code, error.message)
    }
  }
}
