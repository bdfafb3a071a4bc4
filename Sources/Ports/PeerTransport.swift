public import MatrixWire

/// The way to other homeservers, however each is found and reached.
///
/// As with `Exchange`: a refusal is a response, only a missing answer throws, and a caller who goes away ends the
/// request. Requests are sent as they are; to sign them is the caller's business.
public protocol PeerTransport: Sendable {
  /// - Throws: `ExchangeError` where no answer came within the request's timeout, `CancellationError` where the
  ///   caller went away.
  func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse

  /// Tells whether this server has a relation with a peer. What unknown peers use must not be missing for peers with one.
  func setKnown(_ isKnown: Bool, _ server: ServerName)
}

extension PeerTransport {
  /// Nothing: for transports without a limit.
  public func setKnown(_ isKnown: Bool, _ server: ServerName) {}
}
