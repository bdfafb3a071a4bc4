public import MatrixWire
public import PresenceFederation

/// Everything a store holds of other servers.
public struct PeerRows: Hashable, Sendable {
  public var peers: [PeerRecord] = []
  public var unsent: [ListEDU] = []
  /// The last life other servers were told of; 0 where there was none.
  public var epoch: Int64 = 0

  public init() {}
}
