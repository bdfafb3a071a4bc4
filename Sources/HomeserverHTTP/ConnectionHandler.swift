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

  let dispatcher: EventLoopDispatcher
  let place: Place
  private let requester: Requester
  let limits: HTTPServer.Limits
  var reader: RequestReader
  var phase = ConnectionPhase.idle
  private var timer = DeadlineTimer()
  var context: ChannelHandlerContext?
  /// Small: there is one for each of ten thousand connections.
  var arrived = CircularBuffer<DecodedRequest>(initialCapacity: 1)
  var current: DecodedRequest?
  /// What `current` asks for, where it waits.
  private var poll: Poll?
  /// The last poll, which its client is likely to send again.
  private var repeated: RepeatedPoll?
  /// While bytes are decoded: whether nothing came before them that is not answered, and whether they were a poll that
  /// may be repeated. Only then are they the bytes of that poll.
  private var (isAlone, isPollNew) = (false, false)
  var isHungUp = false
  /// No request is taken any more: the client closed its half, spoke nonsense or wants the end, or the server stops.
  var isLast = false
  var isReadHeld = false
  private var isAdvancing = false
  var hasReadParts = false
  /// Whether the client said something since reading was complete; handshakes say nothing.
  var hasReadText = false
  var head = HeadMemory()
  var readAhead = ReadAhead()

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
    // It refers to this connection, for its answer.
    repeated = nil
    dispatcher.remove(self)
  }

  /// The client waits no more: a request that only reads is ended, a change once begun is carried out.
  func abandon() {
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
  var isReading: Bool { !isLast && phase != .lingering && phase != .closed }
}

// MARK: Answering

extension ConnectionHandler {
  /// Hands over or answers what has arrived, until an answer has to be waited for.
  func advance(_ context: ChannelHandlerContext) {
    // Answers that are out at once call this again: a loop, for a client may have sent thousands.
    guard !isAdvancing else { return }
    isAdvancing = true
    defer { isAdvancing = false }
    while current == nil, phase != .lingering, phase != .closed {
      guard let next = arrived.popFirst() else { return rest(context) }
      current = next
      // The request is handed over; what it was is not needed here any more.
      current?.content = DecodedRequest.handedOver.content
      readAhead.remove(next.readAhead)
      place.set(.busy, now: context.eventLoop.now)
      switch next.content {
      case .request(let request):
        phase = .answering
        timer.disarm()
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        poll = dispatcher.ask(
          request, next.memory, Handle(handler: handler, requester: next.client ?? requester),
          isRepeatable: next.isRepeatable, after: repeated?.poll)
        isPollNew = poll != nil && next.isRepeatable
        if isHungUp { abandon() }
      case .answer(let response): answer(response, context)
      }
    }
    if isReadHeld, !isFull { context.read() }
  }

  /// Hands a poll over that is the last one again, from another position: it need not be parsed.
  ///
  /// - Parameter bytes: what has come and was not parsed yet.
  /// - Returns: how many of them the poll takes; nil where they have to be parsed.
  func pollAgain(_ bytes: ByteBuffer) -> Int? {
    guard let repeated, current == nil, phase == .idle, arrived.isEmpty, isReading, reader.isBetween,
      head.bytes == 0, let context, let (position, length) = repeated.match(bytes.readableBytesView),
      let poll = dispatcher.ask(again: repeated.poll, since: position)
    else { return nil }
    hasReadParts = true
    current = .handedOver
    self.poll = poll
    self.repeated?.poll = poll
    phase = .answering
    timer.disarm()
    place.set(.busy, now: context.eventLoop.now)
    return length
  }

  /// Bytes are about to be parsed.
  func beginDecoding() {
    isPollNew = false
    isAlone = current == nil && arrived.isEmpty && reader.isBetween && head.bytes == 0
  }

  /// Keeps the bytes of a poll that was just parsed.
  func noteRequest(_ bytes: ByteBufferView) {
    guard isAlone, isPollNew else { return }
    repeated = poll.flatMap { RepeatedPoll(bytes, $0) }
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
    let isRepeatable = poll != nil && repeated != nil
    poll = nil
    answer(response, context)
    if isRepeatable, phase == .idle { dispatcher.pauseReading(self) }
  }

  func setReading(_ reads: Bool) {
    guard phase != .closed else { return }
    try? context?.channel.syncOptions?.setOption(.autoRead, value: reads)
  }

  private func answer(_ response: WireResponse, _ context: ChannelHandlerContext) {
    guard let decoded = current, phase != .lingering, phase != .closed else { return }
    let isEnd = arrived.isEmpty && isLast
    let staysOpen = decoded.staysOpen && !isEnd
    phase = .writing
    let bytes = dispatcher.bytes(of: response, to: decoded, staysOpen: staysOpen)
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    guard phase == .writing else { return }
    // Most answers are in the hands of the system at once.
    if (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0 {
      return answered(staysOpen, .success(()), context)
    }
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { result in
      self.answered(staysOpen, result, context)
    }
    // Behind the answer.
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(capacity: 0)), promise: written)
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
  func enter(_ phase: ConnectionPhase, _ span: Duration, _ context: ChannelHandlerContext) {
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
