internal import CAllocator
public import Homeserver
public import Logging
public import MatrixWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import Ports
public import ServiceLifecycle

/// A homeserver over HTTP/1.1: each request becomes a `WireRequest`, each answer bytes.
///
/// A service: graceful shutdown stops listening, lets requests under way be answered for
/// `Limits.shutdown` at most, and returns. Polls end when the homeserver's `run()` is cancelled, so list the
/// homeserver's service after this one: what is listed last is stopped first.
public struct HTTPServer: Service {
  /// Answers a request of a requester.
  public typealias Responder = @Sendable (WireRequest, Requester) async -> WireResponse

  private let endpoints: [Endpoint]
  private let limits: Limits
  private let logger: Logger
  private let requests: RequestHandler
  private let time: any Timekeeper
  private let proxies: TrustedProxies
  private let listening: @Sendable (Endpoint) async -> Void
  private let willBindAnew: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - endpoints: where to listen.
  ///   - limits: what clients may send, and how long they may take.
  ///   - time: for the date of answers.
  ///   - logger: for what the network does; never told of tokens or texts.
  ///   - listening: called once per endpoint when it takes connections, with the port the system chose.
  ///   - respond: answers requests; cancelled where the server is, not where a client hangs up.
  public init(
    _ endpoints: [Endpoint], limits: Limits = Limits(), time: any Timekeeper, logger: Logger,
    listening: @escaping @Sendable (Endpoint) async -> Void = { _ in }, respond: @escaping Responder
  ) {
    self.init(
      endpoints, limits, TrustedProxies(), time, logger, listening, {},
      RequestHandler(respond: respond, homeserver: nil))
  }

  /// The same for a homeserver.
  ///
  /// - Parameters:
  ///   - homeserver: what answers.
  ///   - endpoints: where to listen.
  ///   - limits: what clients may send, and how long they may take.
  ///   - proxies: whose `X-Forwarded-For` says where requests come from.
  ///   - logger: for what the network does; never told of tokens or texts.
  ///   - listening: called once per endpoint when it takes connections, with the port the system chose.
  ///   - willBindAnew: called before a Unix socket whose file is gone gets another; where it throws, it is called again
  ///     a second later.
  public init(
    _ homeserver: Homeserver, at endpoints: [Endpoint], limits: Limits = Limits(),
    forwardedBy proxies: TrustedProxies = TrustedProxies(), logger: Logger,
    listening: @escaping @Sendable (Endpoint) async -> Void = { _ in },
    willBindAnew: @escaping @Sendable () async throws -> Void = {}
  ) {
    let respond: Responder = { request, requester in await homeserver.respond(to: request, from: requester) }
    self.init(
      endpoints, limits, proxies, homeserver.time, logger, listening, willBindAnew,
      RequestHandler(respond: respond, homeserver: homeserver))
  }

  private init(
    _ endpoints: [Endpoint], _ limits: Limits, _ proxies: TrustedProxies, _ time: any Timekeeper,
    _ logger: Logger, _ listening: @escaping @Sendable (Endpoint) async -> Void,
    _ willBindAnew: @escaping @Sendable () async throws -> Void, _ requests: RequestHandler
  ) {
    self.endpoints = endpoints
    self.limits = limits
    self.proxies = proxies
    self.time = time
    self.logger = logger
    self.listening = listening
    self.willBindAnew = willBindAnew
    self.requests = requests
  }

  /// Has this process give large blocks of memory back as soon as they are freed: to be called once, before it serves,
  /// by a process whose clients may be anyone.
  public static func prepareMemory() { porch_allocator_configure() }

  /// Serves until shutdown begins or the task is cancelled.
  ///
  /// - Throws: `ListenError` where an endpoint cannot be listened on.
  public func run() async throws {
    // Before anything listens: a server that cannot keep its word does not begin.
    let encryptions = try endpoints.map { try $0.encryption() }
    let group = MultiThreadedEventLoopGroup.singleton
    let limiter = ConnectionLimiter(most: limits.mostConnections, grace: limits.grace)
    let localLimiter = ConnectionLimiter(most: limits.mostLocalConnections, grace: limits.grace)
    let memory = MemoryBudget(bytes: limits.memory)
    let dispatchers = group.makeIterator().map { EventLoopDispatcher($0, requests, memory, time) }
    let givingBack = group.any().scheduleRepeatedTask(
      initialDelay: FreedMemory.interval, delay: FreedMemory.interval
    ) { _ in
      FreedMemory.giveBack()
    }
    defer { givingBack.cancel() }
    try await withThrowingDiscardingTaskGroup { tasks in
      for dispatcher in dispatchers {
        tasks.addTask(executorPreference: LoopExecutor(dispatcher.loop)) { await dispatcher.run() }
      }
      defer { for dispatcher in dispatchers { dispatcher.close() } }
      var listeners: [Listener] = []
      do {
        for (endpoint, encryption) in zip(endpoints, encryptions) {
          let listener = try await Listener(
            endpoint, limits, proxies, group, dispatchers, endpoint.unixPath == nil ? limiter : localLimiter,
            encryption)
          listeners.append(listener)
          logger.info("Listening on \(listener.endpoint)")
          await listening(listener.endpoint)
        }
        listeners = await keep(listeners) { endpoint in
          try await Listener(endpoint, limits, proxies, group, dispatchers, localLimiter, nil)
        }
        for listener in listeners { await listener.close() }
      } catch {
        for listener in listeners { await listener.close() }
        for dispatcher in dispatchers { dispatcher.cutAll() }
        throw error
      }
      await quiesce(dispatchers)
    }
  }

  /// How often the file of a Unix socket is looked at.
  private static let lookout = TimeAmount.milliseconds(900)

  /// Returns when shutdown begins or the task is cancelled. Until then, a Unix socket whose file was removed gets another
  /// within a second; connections that came by the one before stay.
  ///
  /// - Parameters:
  ///   - listeners: what listens.
  ///   - listen: makes another for an endpoint.
  /// - Returns: what listens at the end.
  private func keep(
    _ listeners: [Listener], _ listen: @Sendable (Endpoint) async throws -> Listener
  ) async -> [Listener] {
    guard endpoints.contains(where: { $0.unixPath != nil }) else {
      await shutdown()
      return listeners
    }
    let (looks, look) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
      initialDelay: Self.lookout, delay: Self.lookout
    ) { _ in
      look.yield()
    }
    defer { timer.cancel() }
    return await withDiscardingTaskGroup(returning: [Listener].self) { group in
      group.addTask {
        await shutdown()
        look.finish()
      }
      var listeners = listeners
      var isTold = false
      for await _ in looks {
        for (index, listener) in listeners.enumerated() where !listener.isFound {
          do {
            try await willBindAnew()
            listeners[index] = try await listen(listener.endpoint)
            await listener.close()
            isTold = false
            logger.notice("Listening on \(listener.endpoint) again: its file was gone")
          } catch {
            // Once, however long it lasts.
            if !isTold { logger.warning("The file of \(listener.endpoint) is gone: \(error)") }
            isTold = true
          }
        }
      }
      return listeners
    }
  }

  /// Waits for what is under way, everywhere at once; where the task is cancelled, cuts it.
  private func quiesce(_ dispatchers: [EventLoopDispatcher]) async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for dispatcher in dispatchers { group.addTask { await dispatcher.quiesce(within: limits.shutdown) } }
      }
    } onCancel: {
      for dispatcher in dispatchers { dispatcher.cutAll() }
    }
  }

  /// Returns when shutdown begins or the task is cancelled.
  private func shutdown() async {
    let (stops, stop) = AsyncStream<Void>.makeStream()
    await withGracefulShutdownHandler {
      for await _ in stops {}
    } onGracefulShutdown: {
      stop.finish()
    }
  }
}
