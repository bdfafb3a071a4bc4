public import MatrixWire
public import Ports
public import PresenceFederation

/// What a homeserver needs to meet others (protocol 6).
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

  /// Servers that whoever runs this one has named: no strangers, whatever stands between.
  public var named: Set<ServerName> = []
  /// Told in a line what somebody who runs this server wants to know of others: who does not answer, and why.
  public var notice: @Sendable (String) -> Void = { _ in }

  public init(
    transport: any PeerTransport, signer: any RequestSigner, verifier: any SignatureVerifier
  ) {
    self.transport = transport
    self.signer = signer
    self.verifier = verifier
  }
}
