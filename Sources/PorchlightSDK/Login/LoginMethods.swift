public import MatrixWire
internal import Ports

/// The ways to log in that a homeserver offers, of those this SDK knows (Protocol 2.1).
public struct LoginMethods: Hashable, Sendable {
  /// Whether `m.login.password` is offered.
  public var hasPassword: Bool
  /// Whether `m.login.token` is offered.
  public var hasToken: Bool
  /// The authorization server; nil where the homeserver has none.
  public var authorizationServer: AuthorizationServer?
  /// All types of the legacy interface, for messages.
  public var types: [String]

  public init(types: [String], authorizationServer: AuthorizationServer?) {
    hasPassword = types.contains(LoginType.password)
    hasToken = types.contains(LoginType.token)
    self.authorizationServer = authorizationServer
    self.types = types
  }

  /// Whether a device without a browser can be let in by one with a browser.
  public var hasDeviceGrant: Bool { authorizationServer?.hasDeviceGrant ?? false }
}

extension Client {
  /// Asks how one can log in.
  ///
  /// - Returns: the ways; none where the server has neither of the two interfaces.
  /// - Throws: `unreachable`, `rateLimited` or `badAnswer` where the server cannot be asked.
  public func loginMethods() async throws(SDKError) -> LoginMethods {
    let server: AuthorizationServer?
    if let stable = try await metadata(ClientAPI.authorizationServer()) {
      server = stable
    } else {
      server = try await metadata(ClientAPI.unstableAuthorizationServer())
    }
    let flows: FlowsAnswer? = try await optional(ClientAPI.loginFlows())
    return LoginMethods(types: flows?.flows.map(\.type) ?? [], authorizationServer: server)
  }

  /// Nil also for what is no metadata: some servers answer paths that they do not know with a page of theirs, and whether they
  /// are homeservers `GET /login` tells.
  private func metadata(_ request: WireRequest) async throws(SDKError) -> AuthorizationServer? {
    do {
      return try await optional(request)
    } catch {
      guard error.code == .badAnswer else { throw error }
      return nil
    }
  }

  /// Nil where the server does not have what is asked for.
  private func optional<Answer: Decodable & Sendable>(
    _ request: WireRequest
  ) async throws(SDKError) -> Answer? {
    do {
      return try await call.send(request) as Answer
    } catch {
      // Some servers ask for a token before they look what was asked for.
      switch error.code {
      case .refused, .loggedOut: return nil
      default: throw error
      }
    }
  }
}
