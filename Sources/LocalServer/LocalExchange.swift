public import Homeserver
internal import HomeserverHTTP
internal import HomeserverSQLite
public import Logging
public import MatrixWire
internal import NetworkExchange
public import Ports
internal import ServiceLifecycle
internal import SmallFiles
internal import Synchronization

/// The way to the homeserver of this machine's user, whichever process has it.
///
/// The first process that needs the homeserver takes its lock, opens its database and serves the others over a socket.
/// When that process ends, however it ends, requests of the others break, and the first of them takes over: the process
/// that gets the lock has the database from then on. No timer is waited for, and a request is given up only when no
/// process answers for `patience`.
public final class LocalExchange: Exchange {
  /// What the homeserver needs that this process decides.
  public struct Options: Sendable {
    public var files: ServerFiles
    public var configuration: Homeserver.Configuration
    public var secrets: any SecretHasher
    public var random: any RandomNumberGenerator & Sendable
    public var logger: Logger
    /// How long a request waits for a process that answers.
    public var patience = Duration.seconds(5)

    public init(
      files: ServerFiles, configuration: Homeserver.Configuration, secrets: any SecretHasher,
      random: any RandomNumberGenerator & Sendable, logger: Logger
    ) {
      self.files = files
      self.configuration = configuration
      self.secrets = secrets
      self.random = random
      self.logger = logger
    }
  }

  private struct State: Sendable {
    /// The homeserver in this process, while it is here.
    var own: InProcessExchange?
    var services: ServiceGroup?
    var isTakingOver = false
    /// This process takes nothing over any more.
    var isOver = false
    /// Nor for now.
    var isPaused = false
    /// Why the database could not be had last time; told once.
    var failure: StoreError?
  }

  private let options: Options
  private let time: any Timekeeper
  private let ownerExchange: NetworkExchange
  private let state = Mutex(State())
  private let takeovers: AsyncStream<FileLock>
  private let takeover: AsyncStream<FileLock>.Continuation

  init(_ options: Options, time: any Timekeeper, ownerExchange: NetworkExchange) {
    self.options = options
    self.time = time
    self.ownerExchange = ownerExchange
    (takeovers, takeover) = AsyncStream.makeStream()
  }

  public func send(_ request: WireRequest) async throws -> WireResponse {
    // Counted from the first failure: a poll may have waited long before its server ended.
    var deadline: Instant?
    while true {
      try takeOverIfFree()
      let failure: ExchangeError
      do {
        let response = try await way.send(request)
        guard response.isFarewell else { return response }
        failure = ExchangeError(.unreachable, "The local homeserver is just ending.")
      } catch let error as ExchangeError where error.code != .timedOut {
        // All that is sent here may be sent again: presence is stated as a whole, and a list change made twice
        // is made once.
        failure = error
      }
      if let failure = takeFailure() { throw ExchangeError(.unreachable, failure.message) }
      let end = deadline ?? time.instant + options.patience
      deadline = end
      guard time.instant < end else { throw failure }
      try await time.sleep(until: time.instant + Self.pause)
    }
  }

  public func renewConnections() { ownerExchange.renewConnections() }

  public var connectionsMade: Int { ownerExchange.connectionsMade }

  /// Whether the homeserver is in this process now.
  public var isOwner: Bool { state.withLock { $0.own != nil } }

  private static let pause = Duration.milliseconds(20)

  private var way: any Exchange { state.withLock(\.own) ?? ownerExchange }

  private func takeFailure() -> StoreError? {
    state.withLock { state in
      defer { state.failure = nil }
      return state.failure
    }
  }

  /// Takes the database where no living process has it.
  private func takeOverIfFree() throws {
    let isWanted = state.withLock { state in
      guard state.own == nil, !state.isTakingOver, !state.isOver, !state.isPaused else { return false }
      state.isTakingOver = true
      return true
    }
    guard isWanted else { return }
    do throws(StoreError) {
      try options.files.prepare()
      if let lock = try FileLock.acquire(for: options.files.database) {
        takeover.yield(lock)
        return
      }
    } catch {
      state.withLock { $0.isTakingOver = false }
      throw ExchangeError(.unreachable, error.message)
    }
    state.withLock { $0.isTakingOver = false }
  }

  // MARK: Having it

  /// Has the homeserver whenever this process takes it over, until `stop` or cancellation.
  func run() async {
    for await lock in takeovers {
      do {
        try await host(with: lock)
      } catch {
        let failure = error as? StoreError ?? StoreError(.failed, "The local homeserver ended: \(error)")
        options.logger.error("\(failure.message)")
        state.withLock { $0.failure = failure }
      }
      // The others may have it only when nothing here touches the database any more.
      lock.release()
      state.withLock { state in
        (state.own, state.services) = (nil, nil)
        state.isTakingOver = false
      }
    }
  }

  /// Ends in order what this process has: polls are answered, everything is written, the lock is given back.
  func stop() async {
    let services = state.withLock { state in
      state.isOver = true
      return state.services
    }
    takeover.finish()
    await services?.triggerGracefulShutdown()
  }

  /// Gives the homeserver away in order, and does not take it back until `resume`. For a process that is about to be
  /// suspended: it would keep the database and answer no one.
  public func pause() async {
    let services = state.withLock { state in
      state.isPaused = true
      return state.services
    }
    await services?.triggerGracefulShutdown()
    while state.withLock({ $0.own != nil || $0.isTakingOver }) {
      do { try await time.sleep(until: time.instant + .milliseconds(5)) } catch { return }
    }
  }

  /// From now on this process may have the homeserver again.
  public func resume() { state.withLock { $0.isPaused = false } }

  private func host(with lock: FileLock) async throws {
    let store = try SQLiteServerStore(path: options.files.database)
    let homeserver = Homeserver(
      options.configuration, stored: try await store.load(for: options.configuration.name), store: store,
      secrets: options.secrets, time: time, random: options.random)
    let services = ServiceGroup(
      serving: homeserver, at: [.unix(path: options.files.socket)], within: .seconds(2),
      logger: options.logger, willBindAnew: { try await self.prepareToBindAnew(lock) })
    let isWanted = state.withLock { state in
      guard !state.isOver else { return false }
      (state.own, state.services) = (InProcessExchange(homeserver), services)
      return true
    }
    guard isWanted else { return await store.close() }
    try await services.run()
  }
}

extension LocalExchange {
  /// The socket's file is gone. Where the database went with it, this process gives up what no other can find any more;
  /// the next request opens what is there by then.
  private func prepareToBindAnew(_ lock: FileLock) async throws {
    if !lock.isInPlace { await state.withLock(\.services)?.triggerGracefulShutdown() }
    try prepareFiles(lock)
  }

  private func prepareFiles(_ lock: FileLock) throws(StoreError) {
    guard lock.isInPlace else {
      throw StoreError(.failed, "The database \(options.files.database) was removed.")
    }
    try options.files.prepare()
  }
}

/// Runs `body` with the way to the local homeserver, which is in this process whenever no other has it.
///
/// - Parameters:
///   - options: where its files are and what it is.
///   - time: the clock its deadlines run on.
///   - body: what to do with it.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws.
public func withLocalExchange<Value: Sendable>(
  _ options: LocalExchange.Options, time: any Timekeeper,
  _ body: @Sendable (LocalExchange) async throws -> Value
) async throws -> Value {
  try await withNetworkExchange(to: ServerAddress(socket: options.files.socket), time: time) {
    ownerExchange in
    let exchange = LocalExchange(options, time: time, ownerExchange: ownerExchange)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await exchange.run() }
      let result: Result<Value, any Error>
      do { result = .success(try await body(exchange)) } catch { result = .failure(error) }
      await exchange.stop()
      try await group.waitForAll()
      return try result.get()
    }
  }
}

extension WireResponse {
  /// Whether a server that is just ending turned the request away undone.
  fileprivate var isFarewell: Bool { status == 503 && header("Retry-After") != nil }
}
