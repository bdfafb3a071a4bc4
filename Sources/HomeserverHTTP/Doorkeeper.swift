internal import NIOCore
internal import Synchronization

/// The connections of a kind of socket, and how many there may be.
final class Guests: Sendable {
  /// What a door may do.
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
  func room(at door: any Channel, now: NIODeadline) -> Room {
    state.withLock { state in
      let free = max(0, most - state.places.staying)
      let spare = free < Doorkeeper.mostAtOnce ? state.places.spare(upTo: Doorkeeper.mostAtOnce, now: now) : 0
      let (sum, overflow) = most.addingReportingOverflow(Doorkeeper.mostAtOnce)
      let room = min(free + spare, (overflow ? .max : sum) - state.places.open)
      guard room <= 0 else { return .places(room) }
      state.closed[ObjectIdentifier(door)] = door
      return .none(until: spare > 0 ? nil : state.places.nextDue)
    }
  }

  func enter(_ guest: any Channel, now: NIODeadline) {
    let id = ObjectIdentifier(guest)
    let leaving = state.withLock { state in
      state.places.enter(guest, id, now: now)
      return state.places.staying > most ? state.places.giveWay(now: now) : nil
    }
    leaving?.close(promise: nil)
    guest.closeFuture.whenComplete { _ in self.leave(id) }
  }

  /// A connection has to go, because there is nothing left to accept another with.
  func giveWay(now: NIODeadline) {
    state.withLock { $0.places.giveWay(now: now) }?.close(promise: nil)
  }

  fileprivate func set(_ use: Places<any Channel>.Use, _ id: ObjectIdentifier, now: NIODeadline) {
    let doors = state.withLock { state in
      state.places.set(use, id, now: now)
      return use == .busy ? [:] : state.takeClosed()
    }
    for door in doors.values { door.read() }
  }

  private func leave(_ id: ObjectIdentifier) {
    let doors = state.withLock { state in
      state.places.leave(id)
      return state.takeClosed()
    }
    for door in doors.values { door.read() }
  }
}

/// A connection's place.
struct Place: Sendable {
  let guests: Guests
  let id: ObjectIdentifier

  /// Says how the connection is used from now on.
  func set(_ use: Places<any Channel>.Use) { guests.set(use, id, now: .now()) }
}

/// Lets no more connections in by a listening socket than there may be; the others wait.
///
/// Exact where there is one socket. Each further one that was already waiting for a client when the last place was
/// taken may let `mostAtOnce` more in.
final class Doorkeeper: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  static let mostAtOnce = 16

  private let guests: Guests
  private var isAsking = false

  init(_ guests: Guests) { self.guests = guests }

  func read(context: ChannelHandlerContext) {
    switch guests.room(at: context.channel, now: .now()) {
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
    guests.enter(unwrapInboundIn(data), now: .now())
    context.fireChannelRead(data)
  }
}
