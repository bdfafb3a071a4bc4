internal import Homeserver
internal import HummingbirdCore
internal import MatrixWire
internal import NIOCore
internal import Synchronization

/// The way between a connection's channel handler, on its event loop, and the task that answers: one request
/// at a time.
final class Connection: ServerChildChannelValue {
  private struct State: Sendable {
    var request: WireRequest?
    var waiter: CheckedContinuation<WireRequest?, Never>?
    var isWaiterPatient = false
    /// The client will say nothing more.
    var isHungUp = false
    /// Nobody is there any more.
    var isClosed = false

    /// Whoever waits and what to tell them, once there is something to tell.
    mutating func ready() -> (CheckedContinuation<WireRequest?, Never>, WireRequest?)? {
      guard let waiter, request != nil || isClosed || (isHungUp && !isWaiterPatient) else { return nil }
      defer { (self.waiter, request) = (nil, nil) }
      return (waiter, isClosed ? nil : request)
    }
  }

  let channel: any Channel
  let peer: Peer
  private let state = Mutex(State())

  init(channel: any Channel, peer: Peer) {
    self.channel = channel
    self.peer = peer
  }

  /// The next request; nil as soon as the client hung up, whether or not the last answer is out.
  func next() async -> WireRequest? { await next(patiently: false) }

  /// What the client still sent before it hung up; nil when the connection is closed.
  func rest() async -> WireRequest? { await next(patiently: true) }

  /// Sends the answer to the request given out last.
  func answer(_ response: WireResponse) { channel.writeAndFlush(response, promise: nil) }

  // MARK: The handler's side

  func deliver(_ request: WireRequest) { change { $0.request = request } }

  func hangUp() { change { $0.isHungUp = true } }

  func close() { change { $0.isClosed = true } }

  private func next(patiently isPatient: Bool) async -> WireRequest? {
    await withCheckedContinuation { continuation in
      change { state in
        state.waiter = continuation
        state.isWaiterPatient = isPatient
      }
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let ready = state.withLock { state in
      body(&state)
      return state.ready()
    }
    if let (waiter, request) = ready { waiter.resume(returning: request) }
  }
}
