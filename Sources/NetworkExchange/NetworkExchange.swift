internal import AsyncHTTPClient
public import MatrixWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
public import Ports

/// The way to a homeserver over the network: HTTP, HTTPS, or a Unix socket.
///
/// One pool of connections; polls take one each and keep no other request waiting. Follows no redirects: a redirect is
/// an answer. Made by `withNetworkExchange`, which closes what is open when it returns.
public struct NetworkExchange: Exchange {
  private let server: ServerAddress
  private let clients: ClientGenerations
  private let agent: String
  private let largestAnswer: Int
  private let time: any Timekeeper

  init(
    _ server: ServerAddress, _ clients: ClientGenerations, agent: String, largestAnswer: Int,
    time: any Timekeeper
  ) {
    self.server = server
    self.clients = clients
    self.agent = agent
    self.largestAnswer = largestAnswer
    self.time = time
  }

  public func send(_ request: WireRequest) async throws -> WireResponse {
    try await send(message(request), within: request.timeout)
  }

  func send(_ message: HTTPClientRequest, within patience: Duration) async throws -> WireResponse {
    do {
      let response = try await withDeadline(patience, on: time) { try await exchange(message) }
      guard let response else {
        throw ExchangeError(
          .timedOut, "\(server) did not answer within \(patience.wholeMilliseconds / 1000) s.")
      }
      return response
    } catch {
      // Whatever broke after the caller went away is theirs no more.
      try Task.checkCancellation()
      throw ExchangeError(error, server)
    }
  }

  public func renewConnections() { clients.renew() }

  public var connectionsMade: Int { clients.connectionsMade }

  private func message(_ request: WireRequest) -> HTTPClientRequest {
    var message = HTTPClientRequest(url: server.base + request.target)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    if let host = server.host { message.headers.add(name: "Host", value: host) }
    if let token = request.accessToken {
      message.headers.add(name: "Authorization", value: "Bearer \(token.rawValue)")
    }
    for signature in request.signatures { message.headers.add(name: "Authorization", value: signature) }
    if !request.body.isEmpty {
      message.headers.add(name: "Content-Type", value: "application/json")
      message.body = .bytes(ByteBuffer(bytes: request.body))
    }
    return message
  }

  private func exchange(_ message: HTTPClientRequest) async throws -> WireResponse {
    var message = message
    message.headers.add(name: "User-Agent", value: agent)
    return try await clients.withCurrent { [message] client in
      // No deadline here: it would not hold for the body.
      let response = try await client.execute(message, deadline: .distantFuture)
      let body = try await response.body.collect(upTo: largestAnswer)
      return WireResponse(
        status: Int(response.status.code),
        headers: response.headers.map { WireResponse.Header($0.name, $0.value) },
        body: Array(body.readableBytesView))
    }
  }
}

/// Runs `body` with a way to a server, and closes every connection when it returns.
///
/// - Parameters:
///   - server: where it is.
///   - agent: what to call ourselves in `User-Agent`.
///   - largestAnswer: in bytes; a server that answers more is taken for broken.
///   - authorities: the certificates to trust instead of the system's.
///   - proxy: what opens the way to the server; nil goes there directly.
///   - time: the clock that requests time out by.
///   - body: what to do with it. Requests still under way when it returns fail.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws.
public func withNetworkExchange<Result>(
  to server: ServerAddress, agent: String = "porchlight", largestAnswer: Int = 33_554_432,
  authorities: TrustedCertificates? = nil, proxy: ProxyAddress? = nil, time: any Timekeeper,
  _ body: (NetworkExchange) async throws -> Result
) async throws -> Result {
  var configuration = HTTPClient.Configuration(
    redirectConfiguration: .disallow,
    timeout: .init(connect: .seconds(10)))
  configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100_000
  // Shorter than servers keep theirs, so that no request meets a connection that is just closing.
  configuration.connectionPool.idleTimeout = .seconds(30)
  // The caller's back-off is the only one.
  configuration.connectionPool.retryConnectionEstablishment = false
  if let authorities {
    var encryption = TLSConfiguration.makeClientConfiguration()
    encryption.trustRoots = .certificates(authorities.certificates)
    configuration.tlsConfiguration = encryption
  }
  let server = proxy.map { server.reached(by: $0) } ?? server
  configuration.proxy = proxy.map { HTTPClient.Configuration.Proxy($0) }
  let clients = ClientGenerations(configuration)
  async let end: Void = clients.shutDownWhatIsOver()
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(
      try await body(
        NetworkExchange(server, clients, agent: agent, largestAnswer: largestAnswer, time: time)))
  } catch {
    result = .failure(error)
  }
  clients.close()
  await end
  return try result.get()
}
