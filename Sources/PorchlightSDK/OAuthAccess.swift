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

  /// A new pair of tokens (RFC 6749, section 6).
  func renew(
    _ token: AccessToken, patience: Duration, on time: any Timekeeper
  ) async throws(SDKError) -> RefreshAnswer {
    let form: [WireRequest.QueryItem] = [
      .init("grant_type", "refresh_token"), .init("refresh_token", token.rawValue),
      .init("client_id", client.clientID),
    ]
    let answer: TokenAnswer = try await OAuthAnswer(
      ask(client.tokenEndpoint, form, patience, on: time), of: client.tokenEndpoint
    ).value()
    return answer.refreshAnswer
  }

  /// Ends the session (RFC 7009): a server that does not know the token any more agrees.
  func revoke(_ token: AccessToken, hint: String, on time: any Timekeeper) async throws(SDKError) {
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
