internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOTLS

/// One connection to another server on its event loop: a call at a time, and an end when there is none for long.
final class AnswerHandler: ChannelDuplexHandler, NIOScheduledCallbackHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = PeerCall
  typealias OutboundOut = HTTPClientRequestPart

  /// What has to be so before it is ready.
  enum Proof: Hashable {
    /// No TLS: a connection is enough.
    case none
    /// A handshake that the library is content with, which saw to the address.
    case handshake
    /// A handshake, and a certificate for this name.
    case name(String)
  }

  private enum Phase {
    case connecting
    case idle
    case calling(PeerCall, HTTPResponseHead?, ByteBuffer)
    case closed
  }

  private var phase = Phase.connecting
  private let proof: Proof
  private let byteLimit: ResponseByteLimit
  private let patience: Duration
  private let idle: Duration
  private let ready: EventLoopPromise<Void>
  private var context: ChannelHandlerContext?
  private var timer: NIOScheduledCallback?

  /// - Parameters:
  ///   - loop: the connection's.
  ///   - proof: what has to be so before it is ready.
  ///   - byteLimit: to be told how much may come.
  ///   - patience: how long the handshake may take.
  ///   - idle: how long it waits for a call before it is closed.
  init(
    _ loop: any EventLoop, _ proof: Proof, _ byteLimit: ResponseByteLimit, patience: Duration, idle: Duration
  ) {
    ready = loop.makePromise()
    self.proof = proof
    self.byteLimit = byteLimit
    self.patience = patience
    self.idle = idle
  }

  /// When calls may be made: after the handshake, where there is one.
  var whenReady: EventLoopFuture<Void> { ready.futureResult }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    arm(patience, context)
    if context.channel.isActive, proof == .none { becomeReady(context) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end(with: nil)
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    if proof == .none { becomeReady(context) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(with: nil)
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted = event as? TLSUserEvent {
      if isProven(context) { becomeReady(context) } else { fail(PeerFailure.wrongName, context) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func isProven(_ context: ChannelHandlerContext) -> Bool {
    guard case .name(let name) = proof else { return true }
    guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else {
      return false
    }
    return CertificateName.isProven(name, by: certificate)
  }

  private func becomeReady(_ context: ChannelHandlerContext) {
    guard case .connecting = phase else { return }
    // The caller who opened it is about to call.
    rest(context, patience)
    ready.succeed()
  }

  // Calls

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let call = unwrapOutboundIn(data)
    guard case .idle = phase else {
      call.answer.fail(PeerFailure.closedBeforeAnswer)
      promise?.fail(PeerFailure.closedBeforeAnswer)
      return
    }
    timer?.cancel()
    byteLimit.open(for: call.largestBody)
    phase = .calling(call, nil, ByteBuffer())
    context.write(wrapOutboundOut(.head(call.head)), promise: nil)
    if let body = call.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .calling(let call, let head, var body) = phase else {
      // No call asked for it.
      context.close(promise: nil)
      return
    }
    switch unwrapInboundIn(data) {
    case .head(let head): phase = .calling(call, head, body)
    case .body(var part):
      guard body.readableBytes + part.readableBytes <= call.largestBody else {
        fail(PeerFailure.tooLarge, context)
        return
      }
      // So that the bytes are not copied because two have them.
      phase = .idle
      body.writeBuffer(&part)
      phase = .calling(call, head, body)
    case .end:
      guard let head else { return }
      answer(call, head, body, context)
    }
  }

  private func answer(
    _ call: PeerCall, _ head: HTTPResponseHead, _ body: ByteBuffer, _ context: ChannelHandlerContext
  ) {
    let response = WireResponse(
      status: Int(head.status.code), headers: head.headers.map { WireResponse.Header($0.name, $0.value) },
      body: Array(body.readableBytesView))
    rest(context, idle)
    call.answer.succeed(PeerAnswer(response: response, keepsConnection: head.isKeepAlive))
    if !head.isKeepAlive { context.close(promise: nil) }
  }

  private func rest(_ context: ChannelHandlerContext, _ span: Duration) {
    phase = .idle
    byteLimit.shut()
    arm(span, context)
  }

  // Ends

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    end(with: error)
    context.close(promise: nil)
  }

  private func end(with error: (any Error)?) {
    timer?.cancel()
    timer = nil
    let ended = phase
    phase = .closed
    switch ended {
    case .connecting: ready.fail(error ?? PeerFailure.closedBeforeAnswer)
    case .calling(let call, let head, _):
      call.answer.fail(error ?? (head == nil ? PeerFailure.closedBeforeAnswer : .closedInAnswer))
    case .idle, .closed: break
    }
  }

  private func arm(_ span: Duration, _ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = try? context.eventLoop.assumeIsolated()
      .scheduleCallback(in: TimeAmount(span), handler: self)
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    timer = nil
    guard let context else { return }
    if case .connecting = phase {
      fail(PeerFailure.noHandshake, context)
    } else if case .idle = phase {
      context.close(promise: nil)
    }
  }
}
