public import MatrixWire
public import Ports

/// The way to the authorization server that made a session.
public struct OAuthAccess: Sendable {
  /// What the server knows the client by, and where it is asked.
  public let client: OAuthClient
  private let web: any WebExchange

  public init(_ client: OAuthClient, over web: any WebExchange) {
    self.client = client
    self.web = web
  }

  /// The refusals after which no renewal can succeed (RFC 6749, section 5.2). Others are about one request.
  private static let final: Set<String> = ["invalid_grant", "invalid_client", "unauthorized_client"]

  /// A new pair of tokens (RFC 6749, section 6).
  ///
  /// - Throws: `loggedOut` where the server says that the session is over; what is worth another try otherwise.
  func renew(
    _ token: AccessToken, of user: UserID, patience: Duration, on time: any Timekeeper
  ) async throws(SDKError) -> RefreshAnswer {
    let form: [WireRequest.QueryItem] = [
      .init("grant_type", "refresh_token"), .init("refresh_token", token.rawValue),
      .init("client_id", client.clientID),
    ]
    let url = client.tokenEndpoint
    let answer = OAuthAnswer(try await ask(url, form, patience, on: time), of: url)
    do {
      let tokens: TokenAnswer = try answer.value()
      return tokens.refreshAnswer
    } catch {
      guard case .refused(let refusal) = error.code else { throw error }
      guard [400, 401].contains(answer.status), Self.final.contains(refusal.code.rawValue) else {
        throw SDKError(
          .unreachable, "\(url.origin) does not renew the session of \(user) now: \(error.message)")
      }
      throw SDKError(.loggedOut, "The session of \(user) has ended and cannot be renewed: \(error.message)")
    }
  }

  /// Ends the session of a pair of tokens: the refresh token stands for all of them.
  func end(_ accessToken: AccessToken?, _ refreshToken: AccessToken?, on time: any Timekeeper)
    async throws(SDKError)
  {
    if let refreshToken {
      try await revoke(refreshToken, hint: "refresh_token", on: time)
    } else if let accessToken {
      try await revoke(accessToken, hint: "access_token", on: time)
    }
  }

  /// Ends the session (RFC 7009): a server that does not know the token any more agrees.
  private func revoke(_ token: AccessToken, hint: String, on time: any Timekeeper) async throws(SDKError) {
    guard let endpoint = client.revocationEndpoint else {
      throw SDKError(
        .refused(MatrixError(.unrecognized, "no revocation endpoint")),
        "\(client.tokenEndpoint.origin) lets no client end a session: end it on its web page.")
    }
    let form: [WireRequest.QueryItem] = [
      .init("token", token.rawValue), .init("token_type_hint", hint), .init("client_id", client.clientID),
    ]
    try await OAuthAnswer(ask(endpoint, form, .seconds(10), on: time), of: endpoint).check()
  }

  private func ask(
    _ url: WebURL, _ form: [WireRequest.QueryItem], _ patience: Duration, on time: any Timekeeper
  ) async throws(SDKError) -> WebAnswer {
    let request = WebRequest(.post, url, body: .form(form), timeout: patience)
    do {
      let answer = try await withDeadline(patience, on: time) { [web] in try await web.answer(to: request) }
      return answer
        ?? .failure(
          ExchangeError(
            .timedOut, "\(url.origin) did not answer within \(patience.wholeMilliseconds / 1000) s."))
    } catch {
      throw SDKError(.cancelled, "The call was cancelled.")
    }
  }
}
