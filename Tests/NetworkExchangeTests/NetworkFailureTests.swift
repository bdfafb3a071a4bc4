internal import HTTPTestSupport
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// What a person reads when there is no answer.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct NetworkFailureTests {
  private func failure(
    _ address: ServerAddress, timeout: Duration = .seconds(60)
  ) async throws -> ExchangeError {
    try await withNetworkExchange(to: address, time: RealTime()) { exchange in
      var request = ClientAPI.versions()
      request.timeout = timeout
      let error = await #expect(throws: ExchangeError.self) { try await exchange.send(request) }
      guard let error else { throw Missing("an error") }
      return error
    }
  }

  private func address(_ url: String) throws -> ServerAddress {
    guard let address = ServerAddress(url: url) else { throw Missing("an address in \(url)") }
    return address
  }

  @Test func nothingListens() async throws {
    let endpoint = try await withServedHomeserver { $0.endpoint }
    let error = try await failure(NetworkExchangeTests.address(of: endpoint))
    #expect(error == ExchangeError(.unreachable, "Nothing listens on http://\(endpoint)."))
  }

  @Test func thereIsNoSocket() async throws {
    let error = try await failure(ServerAddress(socket: "/tmp/porchlight no such/socket"))
    #expect(error == ExchangeError(.unreachable, "Nothing listens on /tmp/porchlight no such/socket."))
  }

  @Test func thereIsNoHost() async throws {
    let error = try await failure(address("http://nowhere.invalid:8008"))
    #expect(error.code == .unreachable)
    #expect(error.message.contains("no host nowhere.invalid"))
  }

  @Test func theServerSpeaksNoTLS() async throws {
    try await withServedHomeserver { server in
      let error = try await failure(address("https://\(server.endpoint)"))
      #expect(error == ExchangeError(.unreachable, "https://\(server.endpoint) does not speak TLS."))
    }
  }

  @Test func theCertificateIsNotTrusted() async throws {
    let folder = try TemporaryFolder()
    let identity = try TestIdentity.write(to: folder)
    try await withServedHomeserver(at: .tls(host: "127.0.0.1", port: 0, identity)) { server in
      let error = try await failure(NetworkExchangeTests.address(of: server.endpoint))
      let expected = "The certificate of https://\(server.endpoint) is not trusted."
      #expect(error == ExchangeError(.unreachable, expected))
    }
  }

  @Test func theServerIsSilent() async throws {
    try await withListener { endpoint in
      let error = try await failure(NetworkExchangeTests.address(of: endpoint), timeout: .milliseconds(300))
      #expect(error.code == .timedOut)
      #expect(error.message.contains("did not answer within"))
    } respond: { _ in
      try? await Task.sleep(for: .seconds(60))
      return WireResponse(status: 200, body: [])
    }
  }

  @Test func anAnswerTooLargeIsNotRead() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(
        to: NetworkExchangeTests.address(of: endpoint), largestAnswer: 1000, time: RealTime()
      ) { exchange in
        let error = await #expect(throws: ExchangeError.self) {
          try await exchange.send(ClientAPI.versions())
        }
        #expect(error?.message.contains("too large") == true)
      }
    } respond: { _ in
      WireResponse(status: 200, body: Array(repeating: 32, count: 2000))
    }
  }

  @Test func aRedirectIsAnAnswer() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        let answer = try await exchange.send(ClientAPI.versions())
        #expect(answer.status == 302)
      }
    } respond: { _ in
      WireResponse(status: 302, headers: [.init("Location", "http://127.0.0.1:1/")], body: [])
    }
  }

  @Test func aHeaderCannotBreakOut() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        let answer = try await exchange.send(ClientAPI.versions())
        #expect(answer.header("X") == nil)
        #expect(answer.header("Good") == "yes")
      }
    } respond: { _ in
      WireResponse(
        status: 200,
        headers: [
          .init("Bad", "a\r\nX: y"), .init("Bad\r\nX", "y"), .init("Content-Length", "99"),
          .init("Good", "yes"),
        ], body: [])
    }
  }

  @Test(arguments: [
    "", "http://", "http:///x", "http://:80", "ftp://h", "h:8008", "http://h/?x", "http://h/#x",
    "http://u:p@h", "http://h h", "http://h\r\nX: y",
  ])
  func thisIsNoBaseURL(_ url: String) { #expect(ServerAddress(url: url) == nil) }
}
