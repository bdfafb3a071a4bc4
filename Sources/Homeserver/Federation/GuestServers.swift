internal import MatrixWire
internal import Ports

/// Other servers as they ask and are asked: who they are, and what is had of them by a request.
struct GuestServers: Sendable {
  let ownKeys: OwnKeys
  let authentication: FederationAuthentication
  private let server: ServerName
  private let federation: Federation

  init(_ server: ServerName, _ federation: Federation, time: any Timekeeper) {
    self.server = server
    self.federation = federation
    ownKeys = OwnKeys(server, federation.signer)
    let keys = KeyService(time: time, verifier: federation.verifier) {
      [transport = federation.transport] peer in
      var request = FederationAPI.keys()
      request.timeout = Self.patience
      let response = try await transport.send(request, to: peer)
      guard response.status == 200 else {
        throw ExchangeError(.unreachable, "\(peer) does not say its keys: status \(response.status).")
      }
      return try ServerKeys(body: response.body)
    }
    authentication = FederationAuthentication(server: server, keys: keys, verifier: federation.verifier)
  }

  /// How long another server may take over something a person or a request waits for.
  private static let patience = Duration.seconds(10)

  /// Not why: that would tell what listens where.
  private static func unanswered(_ user: UserID) -> Refusal {
    Refusal(502, .unknown, "\(user.server) does not say who \(user) is.")
  }

  /// What another server says of one of its people; nil for somebody it does not know.
  ///
  /// - Throws: 502 where it does not answer, or not in a way that can be understood.
  func profile(of user: UserID) async throws(Refusal) -> Profile? {
    do {
      var request = try federation.signer.signed(
        FederationAPI.profile(of: user), from: server, to: user.server)
      request.timeout = Self.patience
      let response = try await federation.transport.send(request, to: user.server)
      switch response.status {
      case 200: return try WireJSON.decode(Profile.self, from: response.body)
      case 403, 404: return nil
      default: throw Self.unanswered(user)
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Self.unanswered(user)
    }
  }
}
