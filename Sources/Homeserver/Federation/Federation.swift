public import MatrixWire
public import Ports
public import PresenceFederation

/// What a homeserver needs to meet others (Protocol 6).
public struct Federation: Sendable {
  /// What watchfulness may cost.
  public var policy = PresencePolicy.tight
  public var timing = FederationTiming()
  /// The way to other servers.
  public var transport: any PeerTransport
  /// The server's own key.
  public var signer: any RequestSigner
  /// Where large transactions are read and verified, so that no connection waits for it; nil is where they came.
  public var reader: (any TaskExecutor)?
  /// Verifies what others signed.
  public var verifier: any SignatureVerifier

  /// Servers that the operator has named: known, with or without a relation.
  public var named: Set<ServerName> = []
  /// Takes, a line each, what an operator wants to know of other servers: which does not answer, and why.
  public var notice: @Sendable (String) -> Void = { _ in }

  public init(
    transport: any PeerTransport, signer: any RequestSigner, verifier: any SignatureVerifier
  ) {
    self.transport = transport
    self.signer = signer
    self.verifier = verifier
  }
}
