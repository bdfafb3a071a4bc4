public import MatrixWire

/// Where the credentials of one session outlive the process, shared by all processes that use the session.
public protocol CredentialKeeper: Sendable {
  /// What was kept last, with the time that is left to the access token as of now.
  ///
  /// - Returns: nil where nothing is kept: it never was, or another process logged out.
  func kept() async -> Credentials?

  /// Keeps renewed credentials, and returns when they last.
  ///
  /// - Returns: whether they do.
  func keep(_ credentials: Credentials) async -> Bool

  /// Runs `body` while no other process that has the session does the same: a refresh token is good for one renewal.
  ///
  /// - Parameter body: what to do alone.
  /// - Returns: what `body` returns.
  func alone<Value: Sendable>(_ body: () async -> Value) async -> Value
}

/// Tells one function of renewed credentials, for sessions of one process.
public struct CredentialListener: CredentialKeeper {
  private let save: @Sendable (Credentials) async -> Void

  public init(_ save: @escaping @Sendable (Credentials) async -> Void) { self.save = save }

  public func kept() async -> Credentials? { nil }

  public func keep(_ credentials: Credentials) async -> Bool {
    await save(credentials)
    return true
  }

  public func alone<Value: Sendable>(_ body: () async -> Value) async -> Value { await body() }
}
