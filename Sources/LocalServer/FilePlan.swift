/// Who may have how many of the files a process may open, so that one kind of connection takes nothing of another's.
public struct FilePlan: Hashable, Sendable {
  /// Connections of clients over the network: most of what there is.
  public let network: Int
  /// Connections of clients over a Unix socket.
  public let local: Int
  /// Connections to other servers: those with a relation, and all others.
  public let peers: Int
  public let unknownPeers: Int

  /// - Parameters:
  ///   - files: how many may be open.
  ///   - processors: each has an event loop, which takes three.
  ///   - hasSocket: whether clients come over a Unix socket.
  ///   - meetsOthers: whether other servers are called.
  public init(files: Int, processors: Int, hasSocket: Bool, meetsOthers: Bool) {
    // The database, the listening sockets, name servers, and connections that are being closed.
    let own = 96 + 3 * max(1, min(processors, 1024))
    let files = max(0, files)
    let rest = max(files - own, files / 2, 8)
    local = hasSocket ? min(max(1, rest / 16), 256) : 0
    peers = meetsOthers ? min(max(1, rest / 8), 768) : 0
    unknownPeers = meetsOthers ? min(max(1, rest / 16), 256) : 0
    network = max(1, rest - local - peers - unknownPeers)
  }
}
