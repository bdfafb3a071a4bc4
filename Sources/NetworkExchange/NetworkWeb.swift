internal import AsyncHTTPClient
public import MatrixWire
internal import NIOCore
internal import NIOHTTP1
public import Ports

/// The way to any server on the web, for the few requests of a login: each has a connection of its own, by the proxy that
/// counts for its host.
public struct NetworkWeb: WebExchange {
  private let agent: String
  private let authorities: TrustedCertificates?
  private let proxies: ProxyRules
  private let time: any Timekeeper

  /// - Parameters:
  ///   - agent: what to call ourselves in `User-Agent`.
  ///   - authorities: the certificates to trust instead of the system's.
  ///   - proxies: which hosts are reached through a proxy.
  ///   - time: the clock that requests time out by.
  public init(
    agent: String = "porchlight", authorities: TrustedCertificates? = nil, proxies: ProxyRules,
    time: any Timekeeper
  ) {
    self.agent = agent
    self.authorities = authorities
    self.proxies = proxies
    self.time = time
  }

  public func send(_ request: WebRequest) async throws -> WireResponse {
    let (address, proxy): (ServerAddress, ProxyAddress?)
    do throws(SettingProblem) {
      address = try ServerAddress(checking: request.url.origin)
      proxy = try proxies.proxy(for: address)
    } catch {
      throw ExchangeError(.unreachable, "\(request.url.origin) cannot be asked: it \(error.message)")
    }
    var message = HTTPClientRequest(url: request.url.rawValue)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    message.headers.add(name: "Accept", value: "application/json")
    if let (type, bytes) = request.content {
      message.headers.add(name: "Content-Type", value: type)
      message.body = .bytes(ByteBuffer(bytes: bytes))
    }
    return try await withNetworkExchange(
      to: address, agent: agent, largestAnswer: request.largestAnswer, authorities: authorities, proxy: proxy,
      time: time
    ) { [message] exchange in
      try await exchange.send(message, within: request.timeout)
    }
  }
}
