internal import NIOCore

/// How much the other end may still send, heads and padding included; checked before the parser, which keeps what it
/// reads.
final class ResponseByteLimit: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// Room for a head, and for how a body is cut into pieces.
  static let overhead = 65_536

  /// Zero while no answer is due.
  private var left = 0

  func open(for body: Int) { left = body + body / 4 + Self.overhead }

  func shut() { left = 0 }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytes
    guard bytes <= left else {
      context.fireErrorCaught(PeerFailure.tooLarge)
      context.close(promise: nil)
      return
    }
    left -= bytes
    context.fireChannelRead(data)
  }
}
