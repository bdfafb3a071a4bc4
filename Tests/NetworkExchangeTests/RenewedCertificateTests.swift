internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// A server whose certificate is renewed while it runs.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct RenewedCertificateTests {
  /// Whether a new connection takes the server for who it says it is.
  private func connects(
    to endpoint: HTTPServer.Endpoint, trusting authorities: TrustedCertificates
  ) async throws -> Bool {
    try await withNetworkExchange(to: try address(of: endpoint), authorities: authorities, time: RealTime()) {
      exchange in
      do {
        return try await exchange.send(ClientAPI.versions()).status == 200
      } catch let error as ExchangeError where error.message.contains("not trusted") {
        return false
      }
    }
  }

  @Test func aRenewedCertificateIsServedToNewConnectionsAndABadOneIsNot() async throws {
    let folder = try TemporaryFolder()
    let identity = try TestIdentity.write(to: folder)
    let first = try TrustedCertificates(file: identity.certificates)
    try await withServedHomeserver(at: .tls(host: "127.0.0.1", port: 0, identity)) { server in
      try await withNetworkExchange(
        to: try address(of: server.endpoint), authorities: first, time: RealTime()
      ) { open in
        #expect(try await open.send(ClientAPI.versions()).status == 200)
        #expect(try !identity.reloadIfChanged())

        try TestIdentity.renewCertificate(in: folder)
        try TestIdentity.renewKey(in: folder)
        let second = try TrustedCertificates(file: identity.certificates)
        #expect(try await connects(to: server.endpoint, trusting: first))
        #expect(try identity.reloadIfChanged())
        #expect(try await connects(to: server.endpoint, trusting: second))
        #expect(try await !connects(to: server.endpoint, trusting: first))
        // A connection from before goes on.
        #expect(try await open.send(ClientAPI.versions()).status == 200)

        try folder.write("no certificate", to: "certificate.pem")
        #expect(throws: ListenError.self) { try identity.reloadIfChanged() }
        // It is said once, not at each look.
        #expect(try !identity.reloadIfChanged())
        #expect(throws: ListenError.self) { try identity.reload() }
        #expect(try await connects(to: server.endpoint, trusting: second))
      }
    }
  }

  @Test func aKeyThatDoesNotBelongToItsCertificateIsNotServed() async throws {
    let folder = try TemporaryFolder()
    let identity = try TestIdentity.write(to: folder)
    let first = try TrustedCertificates(file: identity.certificates)
    try await withServedHomeserver(at: .tls(host: "127.0.0.1", port: 0, identity)) { server in
      // Half of a renewal: the key is still to come.
      try TestIdentity.renewCertificate(in: folder)
      #expect(throws: ListenError.self) { try identity.reloadIfChanged() }
      #expect(try await connects(to: server.endpoint, trusting: first))
      try TestIdentity.renewKey(in: folder)
      #expect(try identity.reloadIfChanged())
      let second = try TrustedCertificates(file: identity.certificates)
      #expect(try await connects(to: server.endpoint, trusting: second))
    }
  }
}
