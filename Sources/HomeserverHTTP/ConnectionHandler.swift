internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// One connection on its event loop: reads requests ahead, hands them over one at a time, writes the answers in order,
/// and hears when the client hangs up. Behind a request that is being answered it reads a few kilobytes ahead; it hears
/// that the client closed all the same.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let dispatcher: EventLoopDispatcher
  let place: Place
  private let requester: Requester
  private let limits: HTTPServer.Limits
  private var reader: RequestReader
  private var phase = ConnectionPhase.idle
  private var timer = DeadlineTimer()
  private var context: ChannelHandlerContext?
  /// Small: there is one for each of ten thousand connections.
  private var arrived = CircularBuffer<DecodedRequest>(initialCapacity: 1)
  private var current: DecodedRequest?
  /// What `current` asks for, where it waits.
  private var poll: Poll?
  private var isHungUp = false
  /// No request is taken any more: the client closed its half, spoke nonsense or wants the end, or the server stops.
  private var isLast = false
  private var isReadHeld = false
  private var isAdvancing = false
  private var hasReadParts = false
  /// Whether the client said something since reading was complete; handshakes say nothing.
  var hasReadText = false
  private var head = HeadMemory()
  private var readAhead = ReadAhead()

  init(
    _ dispatcher: EventLoopDispatcher, _ place: Place, _ requester: Requester, _ limits: HTTPServer.Limits,
    _ proxies: TrustedProxies
  ) {
    self.dispatcher = dispatcher
    self.place = place
    self.requester = requester
    self.limits = limits
    reader = RequestReader(
      limits, proxies.contains(requester) ? (requester, proxies) : nil, sender: dispatcher.sender,
      charge: { [id = place.id] sender in dispatcher.charge(sender, for: id) })
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    dispatcher.add(self)
    enter(.idle, limits.idle, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    phase = .closed
    timer.stop()
    arrived.removeAll()
    current = nil
    head.charge = nil
    reader.close()
    abandon()
    dispatcher.remove(self)
  }

  /// The client waits no more: a request that only reads is ended, a change once begun is carried out.
  private func abandon() {
    guard let poll else { return }
    self.poll = nil
    dispatcher.abandon(poll)
  }

  // MARK: Shutdown

  /// Ends when nothing is under way. Of a request that is still coming nothing was accepted: it is not waited for.
  func quiesce() {
    isLast = true
    if current == nil, arrived.isEmpty { cut() }
  }

  /// Ends now.
  func cut() { context?.close(promise: nil) }

  /// Whether what comes in is still read.
  private var isReading: Bool { !isLast && phase != .lingering && phase != .closed }
}

// MARK: Reading

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
  private var isFull: Bool {
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
  private func finish(with answer: DecodedRequest, _ context: ChannelHandlerContext) {
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

// MARK: Answering

extension ConnectionHandler {
  /// Hands over or answers what has arrived, until an answer has to be waited for.
  private func advance(_ context: ChannelHandlerContext) {
    // Answers that are out at once call this again: a loop, for a client may have sent thousands.
    guard !isAdvancing else { return }
    isAdvancing = true
    defer { isAdvancing = false }
    while current == nil, phase != .lingering, phase != .closed {
      guard let next = arrived.popFirst() else { return rest(context) }
      current = next
      // The request is handed over; what it was is not needed here any more.
      current?.content = .answer(WireResponse(status: 200, body: []))
      readAhead.remove(next.readAhead)
      place.set(.busy, now: context.eventLoop.now)
      switch next.content {
      case .request(let request):
        phase = .answering
        timer.disarm()
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        poll = dispatcher.ask(
          request, next.memory, Handle(handler: handler, requester: next.client ?? requester))
        if isHungUp { abandon() }
      case .answer(let response): answer(response, context)
      }
    }
    if isReadHeld, !isFull { context.read() }
  }

  /// Nothing is left to do until the client says more.
  private func rest(_ context: ChannelHandlerContext) {
    if isLast {
      context.close(promise: nil)
    } else if reader.isBetween {
      if phase != .head { enter(.idle, limits.idle, context) }
    } else if phase != .body {
      enter(.body, limits.body, context)
    }
    if isReadHeld { context.read() }
  }

  /// Sends the answer to the request handed over last.
  func answer(_ response: WireResponse) {
    guard phase == .answering, let context else { return }
    poll = nil
    answer(response, context)
  }

  private func answer(_ response: WireResponse, _ context: ChannelHandlerContext) {
    guard let decoded = current, phase != .lingering, phase != .closed else { return }
    let isEnd = arrived.isEmpty && isLast
    let staysOpen = decoded.staysOpen && !isEnd
    phase = .writing
    let bytes = ResponseBytes.render(
      response, to: decoded, staysOpen: staysOpen, date: dispatcher.date, context.channel.allocator)
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { result in
      self.answered(staysOpen, result, context)
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    if phase == .writing { enter(.writing, limits.answer, context) }
  }

  private func answered(
    _ staysOpen: Bool, _ result: Result<Void, any Error>, _ context: ChannelHandlerContext
  ) {
    guard phase == .writing else { return }
    current = nil
    place.set(.idle, now: context.eventLoop.now)
    if case .failure = result { return context.close(promise: nil) }
    guard !staysOpen else {
      phase = .idle
      return advance(context)
    }
    // Closing with bytes unread would make the kernel throw away what the client has not read yet.
    enter(.lingering, limits.linger, context)
    arrived.removeAll()
    if isReadHeld { context.read() }
    if !reader.isAbandoned { context.close(mode: .output, promise: nil) }
  }
}

// MARK: Deadlines

extension ConnectionHandler: NIOScheduledCallbackHandler {
  private func enter(_ phase: ConnectionPhase, _ span: Duration, _ context: ChannelHandlerContext) {
    self.phase = phase
    timer.arm(in: span, on: context.eventLoop, self)
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    guard timer.rang(on: eventLoop, self), let context else { return }
    switch phase {
    case .head, .body:
      finish(with: .late, context)
    case .idle, .writing, .lingering: context.close(promise: nil)
    case .answering, .closed: break
    }
  }
}
