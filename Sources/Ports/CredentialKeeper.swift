public import MatrixWire

/// Where the credentials of one session outlive the process, shared by all processes that use the session.
public protocol CredentialKeeper: Sendable {
  /// What was kept last, with the time that is left to the access token as of now.
  ///
  /// - Returns: nil where nothing is kept of this session: it never was, or another process logged out or logged in anew.
  /// - Throws: `CredentialProblem` where it cannot be read.
  func kept() async throws(CredentialProblem) -> Credentials?

  /// Keeps renewed credentials, and returns when they last.
  ///
  /// - Returns: whether they do.
  func keep(_ credentials: Credentials) async -> Bool

  /// Runs `body` while no other process that has the session does the same: a refresh token is good for one renewal.
  ///
  /// - Parameters:
  ///   - isUrgent: whether `body` runs even where other processes do not end within the time they need.
  ///   - body: what to do alone.
  /// - Returns: what `body` returns; nil where it did not run.
  func alone<Value: Sendable>(isUrgent: Bool, _ body: () async -> Value) async -> Value?
}

/// Why kept credentials cannot be read.
public struct CredentialProblem: Error, Hashable, Sendable {
  /// For people.
  public let message: String

  public init(_ message: String) { self.message = message }
}

/// Tells one function of renewed credentials, for sessions of one process.
public struct CredentialListener: CredentialKeeper {
  private let save: @Sendable (Credentials) async -> Void

  public init(_ save: @escaping @Sendable (Credentials) async -> Void) { self.save = save }

  public func kept() async throws(CredentialProblem) -> Credentials? { nil }

  public func keep(_ credentials: Credentials) async -> Bool {
    await save(credentials)
    return true
  }

  public func alone<Value: Sendable>(isUrgent: Bool, _ body: () async -> Value) async -> Value? {
    await body()
  }
}
