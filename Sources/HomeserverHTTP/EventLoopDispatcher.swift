internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import Ports
internal import Synchronization

/// What the connections of one event loop share: a task that takes in what they ask, many requests at a time,
/// and a tray for the answers.
///
/// A poll costs no task of its own, and what is read on a loop is answered there: no other thread is woken,
/// which would cost as much as a small answer.
final class EventLoopDispatcher: Sendable {
  struct Asked {
    var polls: [Poll] = []
    var requests: [(request: WireRequest, memory: MemoryCharge?, connection: ConnectionHandler.Handle)] = []
    var isRung = false
  }

  private typealias PausedConnection = (handler: ConnectionHandler, end: NIODeadline)

  private struct Given: Sendable {
    let response: WireResponse
    let connection: ConnectionHandler.Handle
  }

  let loop: any EventLoop
  private let requests: RequestHandler
  private let memory: MemoryBudget
  private let time: any Timekeeper
  private let dateLine: NIOLoopBoundBox<DateLine>
  /// The buffer of the answer before: most have been written by then, and the next finds room.
  private let output: NIOLoopBoundBox<ByteBuffer>
  private let asked: NIOLoopBoundBox<Asked>
  /// By the identity of their channels.
  private let connections: NIOLoopBoundBox<[ObjectIdentifier: ConnectionHandler]>
  /// Connections that are not read for a moment, in the order in which they were answered.
  private let paused: NIOLoopBoundBox<CircularBuffer<PausedConnection>>
  private let tray = Mutex<[Given]>([])
  private let rings: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  /// Whether there is no connection any more, once the server stops.
  private let emptied: NIOLoopBoundBox<EventLoopPromise<Void>?>

  init(
    _ loop: any EventLoop, _ requests: RequestHandler, _ memory: MemoryBudget, _ time: any Timekeeper
  ) {
    self.loop = loop
    self.requests = requests
    self.memory = memory
    self.time = time
    dateLine = .makeBoxSendingValue(DateLine(), eventLoop: loop)
    output = .makeBoxSendingValue(ByteBuffer(), eventLoop: loop)
    asked = .makeBoxSendingValue(Asked(), eventLoop: loop)
    connections = .makeBoxSendingValue([:], eventLoop: loop)
    paused = .makeBoxSendingValue(Self.nobody, eventLoop: loop)
    emptied = .makeBoxSendingValue(nil, eventLoop: loop)
    (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes in requests until `close` is called or the task is cancelled; to be run on the loop.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await _ in rings {
        let asked = takeAsked()
        for asked in asked.requests {
          group.addTask { [requests] in
            let response = await requests.respond(asked.request, asked.connection.requester)
            // Held until here although its connection may be gone: so long the request was in memory.
            withExtendedLifetime(asked.memory) { self.give(response, to: asked.connection) }
          }
        }
        // Not waited for here: a long answer is given in parts, between which others are taken in.
        if !asked.polls.isEmpty { group.addTask { [requests] in await requests.open(asked.polls) } }
      }
    }
  }

  func takeAsked() -> Asked {
    loop.assertInEventLoop()
    defer { asked.value = Asked() }
    return asked.value
  }

  // MARK: On the loop

  /// Takes a request in, with what it takes up.
  ///
  /// - Parameters:
  ///   - request: what was asked.
  ///   - memory: what it takes up.
  ///   - connection: by which it came.
  ///   - isRepeatable: whether the next one may come by it in the same words.
  ///   - last: the poll before it on the connection.
  /// - Returns: the poll it is, if it is one, to be abandoned where its client hangs up.
  func ask(
    _ request: WireRequest, _ memory: MemoryCharge?, _ connection: ConnectionHandler.Handle,
    isRepeatable: Bool, after last: Poll?
  ) -> Poll? {
    let poll = requests.poll(request, isRepeatable, last) { self.give($0, to: connection) }
    if let poll {
      asked.value.polls.append(poll)
    } else {
      asked.value.requests.append((request, memory, connection))
    }
    ring()
    return poll
  }

  /// Takes the poll in that is the last one of a connection, from another position.
  ///
  /// - Returns: nil where it has to be asked for like the first.
  func ask(again last: Poll, since position: SyncToken) -> Poll? {
    requests.open(again: last, since: position)
  }

  private func ring() {
    guard !asked.value.isRung else { return }
    asked.value.isRung = true
    bell.yield()
  }

  func abandon(_ poll: Poll) { requests.abandon(poll) }

  /// Who sends a request, as far as its head tells.
  func sender(of head: WireRequest) -> RequestSender { requests.sender(of: head) }

  /// A request of a connection begins to take up memory; the connection is asked to end it where it has to give way.
  func charge(_ sender: RequestSender, for id: ObjectIdentifier) -> MemoryCharge {
    memory.open(for: sender) {
      if self.loop.inEventLoop {
        self.connections.value[id]?.giveWay()
      } else {
        self.loop.execute { self.connections.value[id]?.giveWay() }
      }
    }
  }

  /// An answer as bytes, with the line that says when it was made.
  func bytes(of response: WireResponse, to decoded: DecodedRequest, staysOpen: Bool) -> ByteBuffer {
    let date = dateLine.value.text(at: time.wallTime)
    ResponseBytes.render(response, to: decoded, staysOpen: staysOpen, date: date, into: &output.value)
    let bytes = output.value
    if bytes.capacity > Self.mostKept { output.value = ByteBuffer() }
    return bytes
  }

  private static let mostKept = 16_384

  /// Reads nothing more from a connection whose poll was just answered, while others have yet to be told of the same
  /// change: its next poll would take time from them. That its client hangs up is heard all the same.
  func pauseReading(_ handler: ConnectionHandler) {
    guard requests.isTellingMany else { return }
    handler.setReading(false)
    paused.value.append((handler, loop.now + Self.longestPause))
    if paused.value.count == 1 { resumeReading() }
  }

  private static let longestPause = TimeAmount.milliseconds(250)
  /// How often it is looked whether all were told.
  private static let lookout = TimeAmount.milliseconds(5)

  private func resumeReading() {
    loop.scheduleTask(in: Self.lookout) {
      let (isTelling, now) = (self.requests.isTellingMany, self.loop.now)
      while let next = self.paused.value.first, !isTelling || next.end <= now {
        self.paused.value.removeFirst()
        next.handler.setReading(true)
      }
      // What a crowd left behind is not kept.
      if self.paused.value.isEmpty { self.paused.value = Self.nobody } else { self.resumeReading() }
    }
  }

  private static var nobody: CircularBuffer<PausedConnection> { CircularBuffer(initialCapacity: 1) }

  func add(_ handler: ConnectionHandler) { connections.value[handler.place.id] = handler }

  func remove(_ handler: ConnectionHandler) {
    connections.value[handler.place.id] = nil
    if connections.value.isEmpty { emptied.value?.succeed() }
  }

  // MARK: On any thread

  /// Gives an answer out: the loop is woken once for all that come together.
  private func give(_ response: WireResponse, to connection: ConnectionHandler.Handle) {
    // Out at once where that is here: the sooner it is on its way, the sooner the last one is sent.
    if loop.inEventLoop { return connection.handler.value.answer(response) }
    let isFirst = tray.withLock { tray in
      if tray.isEmpty { tray.reserveCapacity(Self.together) }
      tray.append(Given(response: response, connection: connection))
      return tray.count == 1
    }
    if isFirst { loop.execute { self.handOut() } }
  }

  /// How many answers come together, most often at most.
  private static let together = 64

  private func handOut() {
    let given = tray.withLock { tray in
      defer { tray = [] }
      return tray
    }
    for answer in given { answer.connection.handler.value.answer(answer.response) }
  }

  /// Ends connections that have nothing under way, and the others when they are answered, or after a span.
  func quiesce(within span: Duration) async {
    try? await loop.flatSubmit {
      guard !self.connections.value.isEmpty else { return self.loop.makeSucceededVoidFuture() }
      let promise = self.loop.makePromise(of: Void.self)
      self.emptied.value = promise
      for handler in Array(self.connections.value.values) { handler.quiesce() }
      let end = self.loop.scheduleTask(in: TimeAmount(span)) { self.cut() }
      promise.futureResult.whenComplete { _ in end.cancel() }
      return promise.futureResult
    }.get()
  }

  /// Ends every connection now.
  func cutAll() { loop.execute { self.cut() } }

  private func cut() {
    for handler in Array(connections.value.values) { handler.cut() }
  }

  /// No more requests are taken in.
  func close() { bell.finish() }
}

/// What answers the requests of an adapter.
struct RequestHandler: Sendable {
  let respond: HTTPServer.Responder
  /// Where polls wait without a task each.
  let homeserver: Homeserver?

  func poll(
    _ request: WireRequest, _ isRepeatable: Bool, _ last: Poll?,
    deliver: @escaping @Sendable (WireResponse) -> Void
  ) -> Poll? {
    homeserver?.poll(for: request, isRepeatable: isRepeatable, after: last, deliver: deliver)
  }

  func open(again last: Poll, since position: SyncToken) -> Poll? {
    homeserver?.open(again: last, since: position)
  }

  /// Where no homeserver says who a sender is, all count as known.
  func sender(of head: WireRequest) -> RequestSender {
    homeserver?.sender(of: head) ?? (head.isBetweenServers ? .knownServer : .session)
  }

  func open(_ polls: [Poll]) async { await homeserver?.open(polls) }

  func abandon(_ poll: Poll) { homeserver?.abandon(poll) }

  /// Whether what clients ask that were just answered can wait for a moment.
  var isTellingMany: Bool { homeserver?.isTellingMany ?? false }
}
