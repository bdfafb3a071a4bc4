internal import MatrixWire
internal import Ports
internal import Synchronization

/// The peers that are known: named by the operator, or with an accepted relation. Any user can name ten
/// thousand others; what those use must not be missing for these.
final class KnownPeers: Sendable {
  let named: Set<ServerName>
  private let transport: any PeerTransport
  private let met = Mutex<Set<ServerName>>([])

  init(_ federation: Federation) {
    named = federation.named
    transport = federation.transport
    for server in named { transport.setKnown(true, server) }
  }

  func contains(_ server: ServerName) -> Bool {
    named.contains(server) || met.withLock { $0.contains(server) }
  }

  /// Says whether people here and there see each other.
  func set(_ isMet: Bool, _ server: ServerName) {
    let isNews = met.withLock { met in
      isMet ? met.insert(server).inserted : met.remove(server) != nil
    }
    if isNews, !named.contains(server) { transport.setKnown(isMet, server) }
  }
}
