internal import NIOCore
internal import Synchronization

/// The connections of a kind of socket, and how many there may be.
final class ConnectionLimiter: Sendable {
  /// What a listener may do.
  enum Room: Sendable {
    /// Let so many in.
    case places(Int)
    /// Nobody: it is told when that changes, and has to ask again then, if there is a then.
    case none(until: NIODeadline?)
  }

  private struct State: Sendable {
    var places: Places<any Channel>
    /// Where no connection is let in for now.
    var closed: [ObjectIdentifier: any Channel] = [:]

    mutating func takeClosed() -> [ObjectIdentifier: any Channel] {
      defer { closed = [:] }
      return closed
    }
  }

  private let most: Int
  private let state: Mutex<State>

  init(most: Int, grace: Duration) {
    self.most = most
    state = Mutex(State(places: Places(grace: TimeAmount(grace))))
  }

  /// How many may come now: into free places, and into those of connections that would give way.
  ///
  /// A connection that gives way is closed a moment later, so a few more than there may be are open for that long.
  func room(at listener: any Channel, now: NIODeadline) -> Room {
    state.withLock { state in
      let free = max(0, most - state.places.staying)
      let spare =
        free < ConnectionLimitHandler.mostAtOnce
        ? state.places.spare(upTo: ConnectionLimitHandler.mostAtOnce, now: now) : 0
      let (sum, overflow) = most.addingReportingOverflow(ConnectionLimitHandler.mostAtOnce)
      let room = min(free + spare, (overflow ? .max : sum) - state.places.open)
      guard room <= 0 else { return .places(room) }
      state.closed[ObjectIdentifier(listener)] = listener
      return .none(until: spare > 0 ? nil : state.places.nextDue)
    }
  }

  func enter(_ connection: any Channel, now: NIODeadline) {
    let id = ObjectIdentifier(connection)
    let leaving = state.withLock { state in
      state.places.enter(connection, id, now: now)
      return state.places.staying > most ? state.places.giveWay(now: now) : nil
    }
    leaving?.close(promise: nil)
    connection.closeFuture.whenComplete { _ in self.leave(id) }
  }

  /// A connection has to go, because there is nothing left to accept another with.
  func giveWay(now: NIODeadline) {
    state.withLock { $0.places.giveWay(now: now) }?.close(promise: nil)
  }

  fileprivate func set(_ use: Places<any Channel>.Use, _ id: ObjectIdentifier, now: NIODeadline) {
    let listeners = state.withLock { state in
      state.places.set(use, id, now: now)
      return use == .busy ? [:] : state.takeClosed()
    }
    for listener in listeners.values { listener.read() }
  }

  private func leave(_ id: ObjectIdentifier) {
    let listeners = state.withLock { state in
      state.places.leave(id)
      return state.takeClosed()
    }
    for listener in listeners.values { listener.read() }
  }
}

/// A connection's place.
struct Place: Sendable {
  let limiter: ConnectionLimiter
  let id: ObjectIdentifier

  /// Says how the connection is used from now on.
  func set(_ use: Places<any Channel>.Use, now: NIODeadline) { limiter.set(use, id, now: now) }
}

/// Lets no more connections in by a listening socket than there may be; the others wait.
///
/// Exact where there is one socket. Each further one that was already waiting for a client when the last place was
/// taken may let `mostAtOnce` more in.
final class ConnectionLimitHandler: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  static let mostAtOnce = 16

  private let limiter: ConnectionLimiter
  private var isAsking = false

  init(_ limiter: ConnectionLimiter) { self.limiter = limiter }

  func read(context: ChannelHandlerContext) {
    switch limiter.room(at: context.channel, now: context.eventLoop.now) {
    case .places(let room):
      try? context.channel.syncOptions?.setOption(
        .maxMessagesPerRead, value: UInt(min(room, Self.mostAtOnce)))
      context.read()
    case .none(let until):
      guard let until, !isAsking else { return }
      isAsking = true
      let channel = context.channel
      context.eventLoop.assumeIsolated().scheduleTask(deadline: until) {
        self.isAsking = false
        channel.read()
      }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    limiter.enter(unwrapInboundIn(data), now: context.eventLoop.now)
    context.fireChannelRead(data)
  }
}
