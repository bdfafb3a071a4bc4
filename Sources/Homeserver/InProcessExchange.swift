public import MatrixWire
public import Ports

/// The way to a homeserver in the same process: no socket, no copy, the same answers.
public struct InProcessExchange: Exchange {
  private let homeserver: Homeserver

  /// The homeserver answers every request by itself: nothing lies between.
  public let mayHang = false

  public init(_ homeserver: Homeserver) { self.homeserver = homeserver }

  public func send(_ request: WireRequest) async throws -> WireResponse {
    let response = await homeserver.respond(to: request, from: .inProcess)
    // A poll whose caller went away returns early, with an answer nobody asked for.
    try Task.checkCancellation()
    return response
  }
}
