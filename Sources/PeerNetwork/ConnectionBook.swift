internal import PeerDiscovery

/// Where a connection leads, and what it is proven by: connections are only shared where both are the same.
struct ConnectionKey: Hashable, Sendable {
  var target: PeerRoute.Target
  var certificateName: String
  var isEncrypted: Bool
  /// Whether its place was set by hand: then it may be in this machine, or in a private network.
  var isSetByHand = false
}

/// Which connections there are, which of them nobody uses, and who waits for one.
struct ConnectionBook<Connection: Sendable>: Sendable {
  struct Limits: Hashable, Sendable {
    var perPeer = 4
    var total = 1024
    var waitingPerPeer = 64
  }

  enum Turn: Sendable {
    case use(Connection)
    /// There is room for one more, once this one is closed.
    case open(closing: Connection?)
    case wait
    case refused(PeerFailure)
  }

  private struct HostPool: Sendable {
    var idle: [(id: ObjectIdentifier, connection: Connection)] = []
    var open = 0
    var waiting: [(id: UInt64, bell: AsyncStream<Void>.Continuation)] = []
  }

  private let limits: Limits
  private var pools: [ConnectionKey: HostPool] = [:]
  private(set) var total = 0
  private var lastWaiter: UInt64 = 0

  init(_ limits: Limits) { self.limits = limits }

  var idle: [Connection] { pools.values.flatMap { $0.idle.map(\.connection) } }

  /// What a caller with a request is to do.
  mutating func turn(for key: ConnectionKey) -> Turn {
    var pool = pools[key] ?? HostPool()
    if let last = pool.idle.popLast() {
      pools[key] = pool
      return .use(last.connection)
    }
    guard pool.open < limits.perPeer else {
      return pool.waiting.count < limits.waitingPerPeer ? .wait : .refused(.tooManyWait)
    }
    var closing: Connection?
    if total >= limits.total {
      guard let idle = takeIdle() else { return .refused(.tooManyConnections) }
      closing = idle
    }
    pools[key, default: HostPool()].open += 1
    total += 1
    return .open(closing: closing)
  }

  /// Any connection nobody uses, so that another may be opened.
  private mutating func takeIdle() -> Connection? {
    guard let key = pools.first(where: { !$0.value.idle.isEmpty })?.key else { return nil }
    return pools[key]?.idle.removeFirst().connection
  }

  /// A caller waits for a turn.
  ///
  /// - Returns: who it is, for `leave`.
  mutating func wait(for key: ConnectionKey, _ bell: AsyncStream<Void>.Continuation) -> UInt64 {
    lastWaiter += 1
    pools[key, default: HostPool()].waiting.append((lastWaiter, bell))
    return lastWaiter
  }

  /// A caller waits no longer.
  ///
  /// - Returns: whom to wake: a caller that was woken and goes away gives the turn to the next.
  mutating func leave(_ waiter: UInt64, for key: ConnectionKey) -> AsyncStream<Void>.Continuation? {
    defer { forgetIfUnused(key) }
    guard let place = pools[key]?.waiting.firstIndex(where: { $0.id == waiter }) else {
      return next(for: key)
    }
    pools[key]?.waiting.remove(at: place)
    return nil
  }

  /// A connection nobody uses any more, for the next.
  ///
  /// - Returns: whom to wake.
  mutating func keep(
    _ connection: Connection, _ id: ObjectIdentifier, for key: ConnectionKey
  ) -> AsyncStream<Void>.Continuation? {
    pools[key]?.idle.append((id, connection))
    return next(for: key)
  }

  /// A connection is closed, or could not be opened.
  ///
  /// - Returns: whom to wake.
  mutating func closed(_ id: ObjectIdentifier?, for key: ConnectionKey) -> AsyncStream<Void>.Continuation? {
    guard pools[key] != nil else { return nil }
    total -= 1
    pools[key]?.open -= 1
    pools[key]?.idle.removeAll { $0.id == id }
    let bell = next(for: key)
    forgetIfUnused(key)
    return bell
  }

  /// Who waits longest.
  private mutating func next(for key: ConnectionKey) -> AsyncStream<Void>.Continuation? {
    guard pools[key]?.waiting.isEmpty == false else { return nil }
    return pools[key]?.waiting.removeFirst().bell
  }

  private mutating func forgetIfUnused(_ key: ConnectionKey) {
    if let pool = pools[key], pool.open == 0, pool.waiting.isEmpty { pools[key] = nil }
  }

  /// How many peers there are notes about.
  var count: Int { pools.count }
}
