public import MatrixWire
public import PresenceFederation

/// One row of other servers to store.
public enum PeerChange: Hashable, Sendable {
  /// What is kept of another server.
  case peer(PeerRecord)
  /// Nothing is kept of another server any more.
  case forgetPeer(ServerName)
  /// A message another server has to get; of two people only the newest.
  case unsent(ListEDU)
  /// It got that message. A newer one about the same people stays.
  case delivered(ListEDU)
  /// The life of this server that other servers are told of.
  case epoch(Int64)
}
