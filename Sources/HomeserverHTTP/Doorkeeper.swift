internal import NIOCore
internal import Synchronization

/// Counts the connections of a listening socket and lets no more in than there may be; the others wait.
final class Doorkeeper: ChannelDuplexHandler, Sendable {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private struct State {
    var inside = 0
    var isWaiting = false
  }

  private let most: Int
  private let state = Mutex(State())

  init(most: Int) { self.most = most }

  func read(context: ChannelHandlerContext) {
    let mayEnter = state.withLock { state in
      state.isWaiting = state.inside >= most
      return !state.isWaiting
    }
    if mayEnter { context.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let (child, door) = (unwrapInboundIn(data), context.channel)
    state.withLock { $0.inside += 1 }
    child.closeFuture.whenComplete { _ in
      let mayEnter = self.state.withLock { state in
        state.inside -= 1
        return state.isWaiting
      }
      if mayEnter { door.read() }
    }
    context.fireChannelRead(data)
  }
}
