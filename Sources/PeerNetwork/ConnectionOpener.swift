internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PeerDiscovery

/// Opens connections to other servers, ready for calls: connected, and with TLS where it is spoken, the
/// certificate verified for the name the route wants and not for the one that was connected to.
struct ConnectionOpener: Sendable {
  let group: any EventLoopGroup
  let encryption: NIOSSLContext
  /// Who knows the addresses of hosts.
  let resolver: SystemResolver
  /// Whether servers found by their names may be in this machine, or in a private network. Otherwise an account that
  /// can name a server could probe any port behind the firewall.
  let reachesPrivate: Bool
  /// How long a connection may take, and its handshake.
  var patience: Duration
  /// How long a connection is kept while nobody uses it. Shorter than servers keep theirs.
  var idle: Duration

  /// Of several addresses none takes all the time there is.
  private static let share = Duration.seconds(2)
  private static let mostAddresses = 8

  func open(_ key: ConnectionKey) async throws -> any Channel {
    let host = key.target.host
    let addresses = try await addresses(of: host, key.target.port).prefix(Self.mostAddresses)
    // The first says most: the others are tried in its place.
    var failure: (any Error)?
    for address in addresses {
      guard reachesPrivate || key.isSetByHand || PublicAddress.isPublic(address) else {
        failure = failure ?? PeerFailure.notPublic(host)
        continue
      }
      do {
        return try await connect(
          to: address, key, within: addresses.count > 1 ? min(patience, Self.share) : patience)
      } catch {
        failure = failure ?? error
      }
      try Task.checkCancellation()
    }
    throw failure ?? PeerFailure.noAddress(host)
  }

  private func addresses(of host: String, _ port: Int) async throws -> [SocketAddress] {
    if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
    // No name server is asked for this machine (RFC 6761, 6.3).
    let found =
      host.asciiLowercased == "localhost" ? ["127.0.0.1", "::1"] : try await resolver.addresses(of: host)
    return found.compactMap { try? SocketAddress(ipAddress: $0, port: port) }
  }

  private static func isAddress(_ host: String) -> Bool {
    (try? SocketAddress(ipAddress: host, port: 0)) != nil
  }

  private func connect(
    to address: SocketAddress, _ key: ConnectionKey, within span: Duration
  ) async throws -> any Channel {
    let opening = ClientBootstrap(group: group)
      .connectTimeout(TimeAmount(span))
      .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, key) }
      }
      .connect(to: address)
      .flatMap { channel in
        channel.eventLoop.flatSubmit {
          do {
            return try channel.pipeline.syncOperations.handler(type: AnswerHandler.self).whenReady
              .map { channel as any Channel }
          } catch {
            return channel.eventLoop.makeFailedFuture(PeerFailure.closedBeforeAnswer)
          }
        }
      }
    return try await Self.value(of: opening)
  }

  private func addHandlers(to channel: any Channel, _ key: ConnectionKey) throws {
    let pipeline = channel.pipeline.syncOperations
    var proof = AnswerHandler.Proof.none
    if key.isEncrypted {
      // Where an address has to be proven, it is the one connected to, and the library looks for it itself.
      let name = Self.isAddress(key.certificateName) ? nil : key.certificateName
      try pipeline.addHandler(NIOSSLClientHandler(context: encryption, serverHostname: name))
      proof = name.map { .name($0) } ?? .handshake
    }
    let byteLimit = ResponseByteLimit()
    try pipeline.addHandler(byteLimit)
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(
      AnswerHandler(channel.eventLoop, proof, byteLimit, patience: patience, idle: idle))
  }

  /// Waits for a connection. A cancelled caller does not wait, and the connection is closed when it comes.
  private static func value(of opening: EventLoopFuture<any Channel>) async throws -> any Channel {
    let promise = opening.eventLoop.makePromise(of: (any Channel).self)
    opening.cascade(to: promise)
    return try await withTaskCancellationHandler {
      try await promise.futureResult.get()
    } onCancel: {
      promise.fail(CancellationError())
      promise.futureResult.whenFailure { _ in opening.whenSuccess { $0.close(promise: nil) } }
    }
  }
}
