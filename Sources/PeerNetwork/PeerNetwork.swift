public import MatrixWire
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
public import PeerDiscovery
public import Ports
internal import Synchronization

/// The way to other homeservers over the network: finds each as the specification says, speaks HTTPS with it and
/// believes only the certificate of its name.
///
/// Connections are kept and shared. Made by `withPeerNetwork`, which closes them when it returns.
public final class PeerNetwork: PeerTransport {
  public struct Configuration: Sendable {
    /// Servers whose place is set by hand.
    public var peers: [ServerName: PeerRoute] = [:]
    /// A name server to ask for everything, instead of what the system asks.
    public var resolver: SystemResolver.Server?
    /// A file in PEM with the certificates to trust instead of the system's.
    public var authorities: String?
    /// What to call ourselves in `User-Agent`.
    public var agent = "porchlight"
    /// In bytes; a server that answers more is taken for broken.
    public var largestAnswer = 1_048_576
    /// How long a connection may take, and its handshake.
    public var patience = Duration.seconds(10)
    /// How long a connection is kept while nobody uses it.
    public var idle = Duration.seconds(30)
    /// Connections to one server, and to all.
    public var connectionsPerPeer = 4
    public var connections = 768
    /// Requests that may wait for a connection to one server.
    public var waitingPerPeer = 64
    public var discovery = PeerDiscovery.Limits()
    /// What unknown peers get beside it: servers without a relation, which any user may have named.
    public var unknownPeers = UnknownPeers()
    /// Whether servers that are found by their names may be in this machine, or in a private network.
    public var reachesPrivate = false

    public init() {}
  }

  /// The bounds of requests to servers without a relation.
  public struct UnknownPeers: Sendable {
    public var connectionsPerPeer = 2
    public var connections = 256
    public var waitingPerPeer = 16
    /// How long a connection may take, and the whole answer, the finding of the server included.
    public var patience = Duration.seconds(5)
    public var timeout = Duration.seconds(15)
    /// Lookups of them at a time.
    public var mostLookups = 64
    /// How often they are looked up, at hosts and name servers.
    public var lookups = LookupRate(perSecond: 6, burst: 192)

    public init() {}
  }

  /// Everything requests take up. There are two: what unknown peers hold up, holds up unknown peers.
  fileprivate struct Ways: Sendable {
    let connections: PeerConnections
    let discovery: PeerDiscovery
  }

  private let configuration: Configuration
  private let ways: Ways
  private let unknownPeersWays: Ways
  private let known: Mutex<Set<ServerName>>
  private let time: any Timekeeper
  private let random: Mutex<any RandomNumberGenerator & Sendable>

  fileprivate init(
    _ configuration: Configuration, resolver: (any ServiceLookup)?, time: any Timekeeper,
    random: any RandomNumberGenerator & Sendable
  ) throws {
    self.configuration = configuration
    self.time = time
    self.random = Mutex(random)
    known = Mutex(Set(configuration.peers.keys))
    let encryption = try Trust.context(authorities: configuration.authorities)
    ways = Ways(configuration, encryption, resolver, time)
    var narrow = configuration
    narrow.connectionsPerPeer = configuration.unknownPeers.connectionsPerPeer
    narrow.connections = configuration.unknownPeers.connections
    narrow.waitingPerPeer = configuration.unknownPeers.waitingPerPeer
    narrow.patience = min(configuration.patience, configuration.unknownPeers.patience)
    narrow.discovery.mostLookups = configuration.unknownPeers.mostLookups
    narrow.discovery.lookups = configuration.unknownPeers.lookups
    unknownPeersWays = Ways(narrow, encryption, resolver, time)
  }

  public func setKnown(_ isKnown: Bool, _ server: ServerName) {
    guard configuration.peers[server] == nil else { return }
    known.withLock { known in
      if isKnown { known.insert(server) } else { known.remove(server) }
    }
  }

  public func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
    let isKnown = known.withLock { $0.contains(server) }
    let timeout = isKnown ? request.timeout : min(request.timeout, configuration.unknownPeers.timeout)
    let ways = isKnown ? ways : unknownPeersWays
    return try await Deadline.run(timeout, by: time, waitingFor: server.rawValue) { [self] in
      let route = try await ways.discovery.route(to: server)
      let message = PeerMessage(
        request, host: route.hostHeader, agent: configuration.agent,
        largestAnswer: configuration.largestAnswer)
      return try await send(message, route, server, by: ways)
    }
  }

  /// Tries one target after the other until one can be connected to.
  private func send(
    _ message: PeerMessage, _ route: PeerRoute, _ server: ServerName, by ways: Ways
  ) async throws -> WireResponse {
    let targets = random.withLock { route.targets(using: &$0) }
    var failure: any Error = PeerFailure.noAddress(server.rawValue)
    for target in targets {
      let key = ConnectionKey(
        target: target, certificateName: route.certificateName, isEncrypted: route.isEncrypted,
        isSetByHand: route.isSetByHand)
      do {
        return try await ways.connections.send(message, by: key)
      } catch let error as ConnectError {
        failure = error.cause
        try Task.checkCancellation()
      }
    }
    await ways.discovery.doubt(server)
    throw failure
  }

  fileprivate func close() {
    ways.connections.close()
    unknownPeersWays.connections.close()
  }
}

extension PeerNetwork.Ways {
  fileprivate init(
    _ configuration: PeerNetwork.Configuration, _ encryption: NIOSSLContext,
    _ services: (any ServiceLookup)?, _ time: any Timekeeper
  ) {
    let resolver = SystemResolver(server: configuration.resolver, time: time)
    let opener = ConnectionOpener(
      group: MultiThreadedEventLoopGroup.singleton, encryption: encryption, resolver: resolver,
      reachesPrivate: configuration.reachesPrivate, patience: configuration.patience,
      idle: configuration.idle)
    connections = PeerConnections(
      opener,
      .init(
        perPeer: configuration.connectionsPerPeer, total: configuration.connections,
        waitingPerPeer: configuration.waitingPerPeer))
    discovery = PeerDiscovery(
      peers: configuration.peers,
      web: WebConnections(connections: connections, agent: configuration.agent, time: time),
      resolver: services ?? resolver, time: time, limits: configuration.discovery)
  }
}

/// Runs `body` with the way to other homeservers, and closes every connection when it returns.
///
/// - Parameters:
///   - configuration: what is known beforehand, and the bounds.
///   - resolver: where records of services are asked for instead of name servers.
///   - time: for deadlines, and for how long answers count.
///   - random: for the choice between targets of equal priority.
///   - body: what to do with it. Requests still under way when it returns fail.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or `ExchangeError` where the trusted certificates cannot be read.
public func withPeerNetwork<Result>(
  _ configuration: PeerNetwork.Configuration = .init(), resolver: (any ServiceLookup)? = nil,
  time: any Timekeeper, random: any RandomNumberGenerator & Sendable,
  _ body: (PeerNetwork) async throws -> Result
) async throws -> Result {
  let network = try PeerNetwork(configuration, resolver: resolver, time: time, random: random)
  defer { network.close() }
  return try await body(network)
}
