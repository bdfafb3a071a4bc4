internal import Homeserver
internal import MatrixWire
public import Ports

/// How long one request keeps everybody else waiting, at the bounds of what a person or a server may make long.
///
/// The homeserver and its clients are on one thread, as on an event loop, and what counts is that thread's
/// processor time. While a request is under way, and a moment longer, another user asks for `/versions` and sets their
/// status, again and again: the longest they wait is what one turn of the request takes.
public struct LatencyBench: Sendable {
  /// The most a request may wait, in milliseconds.
  private static let limit = 5.0
  /// What follows from a request is done within this.
  private static let aftermath = Duration.milliseconds(60)

  /// The longest waits beside one request, in milliseconds.
  struct Waits: Sendable {
    var versions = 0.0
    var puts = 0.0

    var longest: Double { max(versions, puts) }
  }

  private let busy: BusyServer
  private let rounds: Int
  private let thread = OneThread()

  /// - Parameters:
  ///   - signer: the key of both servers.
  ///   - verifier: verifies what it signs.
  ///   - secrets: keeps tokens.
  ///   - time: the server's clock.
  ///   - random: where tokens come from.
  ///   - rounds: how often each request is made; the least of its longest waits counts.
  /// - Throws: where the store cannot be read.
  public init(
    signer: any RequestSigner, verifier: any SignatureVerifier, secrets: any SecretHasher,
    time: any Timekeeper, random: some RandomNumberGenerator & Sendable, rounds: Int
  ) async throws {
    busy = try await BusyServer(
      signer: signer, verifier: verifier, secrets: secrets, time: time, random: random)
    self.rounds = rounds
  }

  /// Measures, and prints a table.
  ///
  /// - Returns: whether the limit holds.
  /// - Throws: `BenchError` where something cannot be measured.
  public func run() async throws -> Bool {
    try await withTaskExecutorPreference(thread) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await busy.homeserver.run() }
        defer { group.cancelAll() }
        try await busy.fill()
        return try await measure()
      }
    }
  }

  private func measure() async throws -> Bool {
    var lines = [["a request, and what it makes long", "/versions waits", "a PUT waits", ""]]
    var holds = true
    for request in busy.requests {
      var best: Waits?
      for _ in 0..<rounds {
        try await request.prepare()
        let waits = try await waits(beside: request)
        best = best.map { $0.longest < waits.longest ? $0 : waits } ?? waits
      }
      guard let best else { continue }
      let isShort = best.longest <= Self.limit
      holds = holds && isShort
      lines.append([
        request.name, "\(Table.text(best.versions)) ms", "\(Table.text(best.puts)) ms",
        isShort ? "holds" : "MISSED",
      ])
    }
    Table.show(lines)
    print("Nobody waits longer than \(Table.text(Self.limit)) ms: \(holds ? "holds" : "MISSED")")
    return holds
  }

  private func waits(beside request: BusyServer.Request) async throws -> Waits {
    let answered = Flag()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { answered.set() }
        try await request.ask()
      }
      async let versions = longestWait(until: answered) { _ in try await busy.askVersions() }
      let puts = try await longestWait(until: answered) { try await busy.put($0) }
      let waits = Waits(versions: try await versions, puts: puts)
      try await group.waitForAll()
      return waits
    }
  }

  /// Asks for something again and again.
  private func longestWait(until answered: Flag, _ ask: (Int) async throws -> Void) async throws -> Double {
    var longest = 0.0
    var end: ContinuousClock.Instant?
    var number = 0
    while end.map({ ContinuousClock.now < $0 }) ?? true {
      number += 1
      let began = OneThread.used
      // Behind what is under way, as if it had come over a connection.
      await Task.yield()
      try await ask(number)
      longest = max(longest, OneThread.used - began)
      if end == nil, answered.isSet { end = .now + Self.aftermath }
    }
    return longest
  }
}
