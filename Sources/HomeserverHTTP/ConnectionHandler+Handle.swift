internal import Homeserver
internal import NIOCore

extension ConnectionHandler {
  /// The connection as other threads know it: who is at its end, and where answers go.
  struct Handle: Sendable {
    let handler: NIOLoopBound<ConnectionHandler>
    /// Who asks, which behind a proxy each request says anew.
    let requester: Requester
  }
}
