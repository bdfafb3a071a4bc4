internal import MatrixWire
internal import Ports

extension Client {
  /// What a server asks for before it makes an account (Client-Server API, "User-Interactive Authentication").
  ///
  /// - Returns: each way there is, as the types of its stages, such as `["m.login.registration_token"]`; none where
  ///   the server makes no accounts, or does not say.
  public func registrationFlows() async -> [[String]] {
    let request = ClientAPI.register(RegisterRequest(username: nil))
    let response = try? await withDeadline(request.timeout, on: time) { [exchange] in
      try await exchange.send(request)
    }
    guard let response, response.status == 401,
      let challenge = try? WireJSON.decode(AuthenticationChallenge.self, from: response.body)
    else { return [] }
    return challenge.flows.map(\.stages)
  }
}
