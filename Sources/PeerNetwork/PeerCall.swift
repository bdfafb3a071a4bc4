internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// One request on a connection, and where its answer goes.
struct PeerCall: Sendable {
  var head: HTTPRequestHead
  var body: ByteBuffer?
  /// In bytes; more is a failure.
  var largestBody: Int
  var answer: EventLoopPromise<PeerAnswer>
}

/// An answer, and whether another may come the same way.
struct PeerAnswer: Sendable {
  var response: WireResponse
  var keepsConnection: Bool
}

/// Why a connection gave no answer.
enum PeerFailure: Error, Hashable {
  /// It closed; nothing of an answer had come.
  case closedBeforeAnswer
  case closedInAnswer
  case tooLarge
  /// There was no connection, or no TLS on it, in time.
  case noHandshake
  case wrongName
  case tooManyWait
  case tooManyConnections
  case noAddress(String)
  /// The host's addresses are of this machine, or of a private network.
  case notPublic(String)
}
