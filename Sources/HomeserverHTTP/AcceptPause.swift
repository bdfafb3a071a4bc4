internal import Glibc
internal import NIOCore

/// Stops accepting for a moment where there is nothing to accept with, as when every file is in use, and lets one
/// connection give way. A socket with waiting clients stays readable, so that the loop would do nothing but try.
///
/// NIO's own `AcceptBackoffHandler` delays the next read; but a read that failed is still wanted (2.101), and
/// is tried again at once.
final class AcceptPause: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private static let span = TimeAmount.milliseconds(100)
  private let limiter: ConnectionLimiter
  private var isPausing = false

  init(_ limiter: ConnectionLimiter) { self.limiter = limiter }

  func read(context: ChannelHandlerContext) {
    if !isPausing { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else {
      return context.fireErrorCaught(error)
    }
    guard !isPausing else { return }
    isPausing = true
    limiter.giveWay(now: context.eventLoop.now)
    let options = context.channel.syncOptions
    try? options?.setOption(.autoRead, value: false)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.span) {
      self.isPausing = false
      try? options?.setOption(.autoRead, value: true)
      context.read()
    }
  }
}
