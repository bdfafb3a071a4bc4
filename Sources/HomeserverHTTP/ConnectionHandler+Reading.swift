internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// What comes in: requests, whole or in parts, and the end of the connection.
extension ConnectionHandler {
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasReadParts = true
    let part = unwrapInboundIn(data)
    guard isReading else { return readOut(part, context) }
    if current != nil, !hasRoom(for: part) { return }
    switch reader.handle(part) {
    case .more: break
    case .invite:
      guard current == nil, arrived.isEmpty else { return }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: ResponseBytes.invitation)), promise: nil)
    case .decoded(var decoded):
      decoded.readAhead = readAhead.endRequest()
      arrived.append(decoded)
      if !decoded.staysOpen { isLast = true }
      advance(context)
    }
  }

  /// Counts what comes behind a request that is being answered. Reading stops when that is much, so that what comes
  /// all the same came with the end of the connection: beyond a bound it is thrown away, and nothing behind it counts.
  private func hasRoom(for part: HTTPServerRequestPart) -> Bool {
    readAhead.add(part)
    guard readAhead.bytes > limits.mostReadAhead + limits.largestHead else { return true }
    isLast = true
    reader.close()
    return false
  }

  /// Whether nothing more is read until something was answered.
  var isFull: Bool {
    arrived.count >= limits.mostPipelined
      || (current != nil && readAhead.bytes + head.bytes >= limits.mostReadAhead)
  }

  /// So many bytes are kept of a head that is not whole yet.
  func setHeadBytes(_ count: Int) {
    head.bytes = count
    guard count > limits.smallRequest, phase != .closed else { return head.charge = nil }
    let memory = head.charge ?? dispatcher.charge(.nobody, for: place.id)
    head.charge = memory
    // Buffers double, and this one stays. Not a method of `head`: this very connection may have to give way for it.
    if !memory.grow(to: 2 * count) { cut() }
  }

  /// Another request needs the memory of the one that is coming.
  func giveWay() {
    if head.isTaken { return cut() }
    if let context, isReading, let refusal = reader.giveWay() { finish(with: refusal, context) }
  }

  /// Takes no more requests; this is the last answer.
  func finish(with answer: DecodedRequest, _ context: ChannelHandlerContext) {
    isLast = true
    arrived.append(answer)
    advance(context)
  }

  /// Reads past the body of a request that is refused, so that its client may finish and then read the refusal.
  private func readOut(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    guard reader.isAbandoned else { return }
    _ = reader.handle(part)
    if !reader.isAbandoned, phase == .lingering { context.close(mode: .output, promise: nil) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if isReading, phase == .idle || phase == .head {
      if !reader.isBetween {
        enter(.body, limits.body, context)
      } else if phase == .idle, !hasReadParts, hasReadText {
        // Bytes came and made no part: the beginning of a head.
        enter(.head, limits.head, context)
      }
    }
    (hasReadParts, hasReadText) = (false, false)
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    isReadHeld = isFull && isReading
    if !isReadHeld { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
    guard isReading else { return }
    finish(with: DecodedRequest(refusing: error), context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    isLast = true
    isHungUp = true
    abandon()
    if phase == .lingering { context.close(promise: nil) } else { advance(context) }
  }
}
