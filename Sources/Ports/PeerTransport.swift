public import MatrixWire

/// The way to other homeservers, found by their names.
///
/// Like `Exchange`, it adds nothing but delay and failure; a refusal is a response. Requests are signed already.
public protocol PeerTransport: Sendable {
  /// - Throws: `ExchangeError` where no answer came, `CancellationError` where the caller went away.
  func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse
}
