internal import NIOCore
internal import Synchronization

/// Counts the connections of a server, whichever of its sockets they came by.
final class Guests: Sendable {
  private struct State {
    var inside = 0
    /// Where nobody is let in for now.
    var closed: [ObjectIdentifier: any Channel] = [:]
  }

  private let most: Int
  private let state = Mutex(State())

  init(most: Int) { self.most = most }

  /// How many may still come; where none may, the door is told as soon as somebody leaves.
  func room(at door: any Channel) -> Int {
    state.withLock { state in
      let room = max(0, most - state.inside)
      if room == 0 { state.closed[ObjectIdentifier(door)] = door }
      return room
    }
  }

  func enter(_ guest: any Channel) {
    state.withLock { $0.inside += 1 }
    guest.closeFuture.whenComplete { _ in self.leave() }
  }

  private func leave() {
    let doors = state.withLock { state in
      state.inside -= 1
      defer { state.closed = [:] }
      return state.closed
    }
    for door in doors.values { door.read() }
  }
}

/// Lets no more connections in by a listening socket than there may be; the others wait.
///
/// Exact where there is one socket. Each further one that was already waiting for somebody when the last place
/// was taken may let `mostAtOnce` more in.
final class Doorkeeper: ChannelDuplexHandler, Sendable {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  static let mostAtOnce = 16

  private let guests: Guests

  init(_ guests: Guests) { self.guests = guests }

  func read(context: ChannelHandlerContext) {
    let room = guests.room(at: context.channel)
    guard room > 0 else { return }
    try? context.channel.syncOptions?.setOption(
      .maxMessagesPerRead, value: UInt(min(room, Self.mostAtOnce)))
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guests.enter(unwrapInboundIn(data))
    context.fireChannelRead(data)
  }
}
