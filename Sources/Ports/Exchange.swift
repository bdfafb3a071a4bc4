public import MatrixWire

/// One request, one response: the seam between clients, homeservers and whatever lies between them.
///
/// Implementations add nothing the caller can see except delay and failure. A refusal (any status) is a
/// response; only a missing answer throws. Cancelling the calling task abandons the request promptly.
public protocol Exchange: Sendable {
  /// - Throws: `ExchangeError` where no answer came, `CancellationError` where the caller went away.
  func send(_ request: WireRequest) async throws -> WireResponse

  /// Leaves the connections that were made so far: later requests take new ones, those under way keep theirs.
  func renewConnections()

  /// How many connections were made so far; always 0 where there are none.
  var connectionsMade: Int { get }

  /// Whether an answer may never come, so that a request needs a deadline: true wherever anything lies between.
  var mayHang: Bool { get }
}

extension Exchange {
  /// Nothing: for ways without connections.
  public func renewConnections() {}

  public var connectionsMade: Int { 0 }

  public var mayHang: Bool { true }
}

/// Why there was no answer at all.
public struct ExchangeError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// Nothing listens there, or the way is cut.
    case unreachable
    /// There was a connection, and it ended before the answer was complete.
    case disconnected
    /// The answer did not come within the request's timeout.
    case timedOut
  }

  public var code: Code
  /// For people: what failed, on what.
  public var message: String
  /// The same in a few words and without the name, to follow it: "connection refused".
  public var cause: String?

  public init(_ code: Code, _ message: String, cause: String? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  public var description: String { message }
}
