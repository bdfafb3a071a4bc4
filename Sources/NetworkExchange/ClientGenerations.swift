internal import AsyncHTTPClient
internal import NIOCore
internal import Synchronization

/// The HTTP clients of one exchange: one for new requests, and those before it until their last request is over.
///
/// The library keeps connections for the next request and has no way to drop them. Where they may have died without a
/// word, as on a network that was left, a new client makes new ones.
final class ClientGenerations: Sendable {
  private struct Generation: Sendable {
    let client: HTTPClient
    /// How many connections there were when it was made.
    let connectionsBefore: Int
    var requests = 0
  }

  private struct State: Sendable {
    var generations: [UInt64: Generation] = [:]
    var current: UInt64 = 0
    var isClosed = false
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
  }

  private let configuration: HTTPClient.Configuration
  private let connections: Counter
  private let state: Mutex<State>
  private let finished: AsyncStream<HTTPClient>
  private let finish: AsyncStream<HTTPClient>.Continuation

  init(_ configuration: HTTPClient.Configuration) {
    let connections = Counter()
    var configuration = configuration
    let count: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
      connections.add()
      return channel.eventLoop.makeSucceededVoidFuture()
    }
    configuration.http1_1ConnectionDebugInitializer = count
    configuration.http2ConnectionDebugInitializer = count
    self.configuration = configuration
    self.connections = connections
    (finished, finish) = AsyncStream.makeStream()
    state = Mutex(State(generations: [0: Self.generation(configuration, 0)]))
  }

  /// How many connections were made so far.
  var connectionsMade: Int { connections.value }

  /// Runs `body` with the client for new requests.
  ///
  /// - Throws: what `body` throws, or `HTTPClientError.alreadyShutdown`.
  func withCurrent<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
    let lease = state.withLock { state -> (UInt64, HTTPClient)? in
      guard !state.isClosed, let client = state.generations[state.current]?.client else { return nil }
      state.generations[state.current]?.requests += 1
      return (state.current, client)
    }
    guard let (number, client) = lease else { throw HTTPClientError.alreadyShutdown }
    defer { release(number) }
    return try await body(client)
  }

  /// Has later requests make new connections.
  func renew() {
    let made = connections.value
    let over = state.withLock { state -> HTTPClient? in
      // One that has made none has none to drop.
      guard !state.isClosed, let old = state.generations[state.current], made > old.connectionsBefore else {
        return nil
      }
      let number = state.current
      state.current &+= 1
      state.generations[state.current] = Self.generation(configuration, made)
      if old.requests == 0 { state.generations[number] = nil }
      return old.requests == 0 ? old.client : nil
    }
    if let over { finish.yield(over) }
  }

  /// Ends everything: requests under way fail.
  func close() {
    let clients = state.withLock { state in
      state.isClosed = true
      defer { state.generations = [:] }
      return state.generations.values.map(\.client)
    }
    for client in clients { finish.yield(client) }
    finish.finish()
  }

  /// Shuts clients down when their last request is over, until `close` and everything is shut.
  func shutDownWhatIsOver() async {
    for await client in finished { try? await client.shutdown() }
  }

  private func release(_ number: UInt64) {
    let over = state.withLock { state -> HTTPClient? in
      state.generations[number]?.requests -= 1
      guard number != state.current, state.generations[number]?.requests == 0 else { return nil }
      return state.generations.removeValue(forKey: number)?.client
    }
    if let over { finish.yield(over) }
  }

  private static func generation(_ configuration: HTTPClient.Configuration, _ connections: Int) -> Generation
  {
    Generation(
      client: HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration),
      connectionsBefore: connections)
  }
}
