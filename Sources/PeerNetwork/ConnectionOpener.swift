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
  /// Who knows the addresses of hosts; nil to leave it to the system.
  let resolver: SystemResolver?
  /// How long a connection may take, and its handshake.
  var patience: Duration
  /// How long a connection is kept while nobody uses it. Shorter than servers keep theirs.
  var idle: Duration

  func open(_ key: ConnectionKey) async throws -> any Channel {
    let host = key.target.host
    guard let resolver, !Self.isLocal(host), !Self.isAddress(host) else {
      return try await connect(to: host, key)
    }
    var failure: any Error = PeerFailure.noAddress(host)
    for address in try await resolver.addresses(of: host) {
      do { return try await connect(to: address, key) } catch { failure = error }
      try Task.checkCancellation()
    }
    throw failure
  }

  private static func isAddress(_ host: String) -> Bool {
    (try? SocketAddress(ipAddress: host, port: 0)) != nil
  }

  /// No name server is asked for this machine (RFC 6761, 6.3).
  private static func isLocal(_ host: String) -> Bool { host.lowercased() == "localhost" }

  private func connect(to host: String, _ key: ConnectionKey) async throws -> any Channel {
    let opening = ClientBootstrap(group: group)
      .connectTimeout(TimeAmount(patience))
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, key) }
      }
      .connect(host: host, port: key.target.port)
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
    let allowance = Allowance()
    try pipeline.addHandler(allowance)
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(
      AnswerHandler(channel.eventLoop, proof, allowance, patience: patience, idle: idle))
  }

  /// Waits for a connection; whoever goes away does not wait, and the connection is closed when it comes.
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
