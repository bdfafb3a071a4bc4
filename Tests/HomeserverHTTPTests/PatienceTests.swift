internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire
internal import PorchlightTestSupport
internal import ServiceLifecycle
internal import Testing

/// Slow clients, silent ones, those who wait and those who go.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct PatienceTests {
  private static var short: HTTPServer.Limits {
    var limits = HTTPServer.Limits()
    limits.head = .milliseconds(200)
    limits.body = .milliseconds(200)
    limits.idle = .milliseconds(300)
    limits.linger = .milliseconds(200)
    return limits
  }

  private static func poll(_ token: AccessToken, since: SyncToken, wait: Int = 30_000) -> String {
    "GET /_matrix/client/v3/sync?since=\(PercentEncoding.encode(since.rawValue))"
      + "&timeout=\(wait)&set_presence=offline HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token.rawValue)\r\n\r\n"
  }

  @Test(arguments: [
    "GET / HT", "GET / HTTP/1.1\r\nHost: h\r\nX: ",
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{",
  ])
  func aSlowRequestIsDropped(_ beginning: String) async throws {
    var limits = Self.short
    // On a busy machine the first bytes may come so late that the connection were closed as an idle one, unanswered.
    limits.idle = .seconds(60)
    try await withServedHomeserver(limits: limits) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(beginning)
        let answer = try #require(try await client.answer())
        #expect(answer.status == 408)
        #expect(answer.isError)
        #expect(try await client.answer() == nil)
      }
    }
  }

  /// Sends again and again until the server has closed the connection.
  ///
  /// - Returns: whether it did so long after every limit in here, with the machine busy.
  private static func isDropped(_ send: () async throws -> Void) async -> Bool {
    await eventually(within: .seconds(60)) {
      do { try await send() } catch { return true }
      return false
    }
  }

  @Test func aTrickleDoesNotProlongARequest() async throws {
    try await withServedHomeserver(limits: Self.short) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET / HTTP/1.1\r\n")
        #expect(await Self.isDropped { try await client.send("X: y\r\n") })
      }
    }
  }

  @Test func aTrickleDoesNotProlongABody() async throws {
    try await withServedHomeserver(limits: Self.short) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n")
        #expect(await Self.isDropped { try await client.send(" ") })
      }
    }
  }

  /// Their answers would pile up, and their requests behind them.
  @Test func aClientThatReadsNothingIsDropped() async throws {
    var limits = Self.short
    limits.answer = .milliseconds(300)
    limits.idle = .seconds(60)
    try await withServedHomeserver(limits: limits) { server in
      try await withRawClient(to: server.endpoint) { client in
        let many = String(repeating: "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n", count: 1_000)
        #expect(await Self.isDropped { try await client.send(many) })
      }
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer()?.status == 200)
      }
    }
  }

  @Test(arguments: ["", "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"])
  func aSilentConnectionIsDropped(_ beginning: String) async throws {
    var limits = Self.short
    // The client has to be given its turn before it counts as silent.
    limits.idle = .seconds(3)
    try await withServedHomeserver(limits: limits) { server in
      try await withRawClient(to: server.endpoint) { client in
        if !beginning.isEmpty {
          try await client.send(beginning)
          #expect(try await client.answer()?.status == 200)
        }
        #expect(try await client.answer() == nil)
      }
    }
  }

  @Test func aPollOutlivesEveryLimitAndItsConnectionGoesOn() async throws {
    var limits = Self.short
    // Between two polls the client has to be given its turn, which may take a while on a busy machine.
    limits.idle = .seconds(3)
    try await withServedHomeserver(limits: limits) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      try await withRawClient(to: server.endpoint) { client in
        for _ in 0..<2 {
          try await client.send(Self.poll(token, since: position, wait: 3500))
          let answer = try #require(try await client.answer())
          #expect(answer.status == 200)
          #expect(answer.headers["connection"] == nil)
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func whoeverHangsUpFreesTheirPollAndNobodyElses(_ isWhole: Bool) async throws {
    try await withServedHomeserver { server in
      let ann = try await server.token(of: "ann")
      let bob = try await server.token(of: "bob")
      let position = try await server.position(of: ann)
      try await withRawClient(to: server.endpoint) { neighbour in
        try await neighbour.send(Self.poll(bob, since: position, wait: 6000))
        try await withRawClient(to: server.endpoint) { client in
          try await client.send(Self.poll(ann, since: position))
          #expect(await eventually { server.homeserver.waitingPolls == 2 })
          guard !isWhole else { return }
          client.finish()
          #expect(await eventually(within: .seconds(15)) { server.homeserver.waitingPolls == 1 })
          #expect(try await client.answer()?.status == 200)
        }
        #expect(await eventually(within: .seconds(15)) { server.homeserver.waitingPolls == 1 })
        #expect(try await neighbour.answer()?.status == 200)
        try await neighbour.send("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await neighbour.answer()?.status == 200)
      }
    }
  }

  @Test func aPollWithRequestsBehindItIsFreedToo() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      try await withRawClient(to: server.endpoint) { client in
        let poll = Self.poll(token, since: position)
        let put =
          "PUT /_matrix/client/v3/presence/%40ann%3Aharbor.example/status HTTP/1.1\r\nHost: h\r\n"
          + "Authorization: Bearer \(token.rawValue)\r\nContent-Length: 26\r\n\r\n{\"presence\":\"unavailable\"}"
        try await client.send(poll + put + poll)
        #expect(await eventually { server.homeserver.waitingPolls == 1 })
        client.finish()
        for _ in 0..<2 { #expect(try await client.answer()?.status == 200) }
        // Nobody waits for it: it is told so in one way or another.
        #expect(try await client.answer() != nil)
        #expect(try await client.answer() == nil)
        #expect(await eventually(within: .seconds(15)) { server.homeserver.waitingPolls == 0 })
      }
    }
  }

  @Test func shutdownAnswersWhoWaits() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.poll(token, since: position))
        #expect(await eventually { server.homeserver.waitingPolls == 1 })
        let clock = ContinuousClock()
        let began = clock.now
        await server.stop()
        #expect(try await client.answer()?.status == 200)
        await client.waitForEnd()
        // The poll by itself would have taken half a minute.
        #expect(clock.now - began < .seconds(10))
      }
    }
  }

  /// Six of them, so that there are some on more than one loop.
  @Test func shutdownDoesNotWaitForRequestsThatHaveNotCome() async throws {
    var limits = HTTPServer.Limits()
    limits.body = .seconds(300)
    limits.shutdown = .seconds(300)
    try await withServedHomeserver(limits: limits) { server in
      let (begun, begin) = AsyncStream<Void>.makeStream()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            try await withRawClient(to: server.endpoint) { client in
              try await client.send(
                "POST /_matrix/client/v3/login HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                  + "Content-Length: 9\r\n\r\n")
              #expect(try await client.answer()?.status == 100)
              try await client.send("{")
              begin.yield()
              #expect(try await client.answer() == nil)
            }
          }
        }
        var isBegun = begun.makeAsyncIterator()
        for _ in 0..<6 { await isBegun.next() }
        await server.stop()
        try await group.waitForAll()
      }
    }
  }

  /// What follows a poll and has not come when it is answered is not waited for either.
  @Test func shutdownAnswersAPollAndDropsWhatHasNotCome() async throws {
    var limits = HTTPServer.Limits()
    limits.body = .seconds(300)
    limits.shutdown = .seconds(300)
    try await withServedHomeserver(limits: limits) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.poll(token, since: position) + "PUT / HTTP/1.1\r\nHost: h\r\nContent-Le")
        #expect(await eventually { server.homeserver.waitingPolls == 1 })
        await server.stop()
        #expect(try await client.answer()?.status == 200)
        await client.waitForEnd()
      }
    }
  }

  @Test func shutdownThatIsCancelledWaitsForNobody() async throws {
    var limits = HTTPServer.Limits()
    limits.shutdown = .seconds(300)
    let (bound, announce) = AsyncStream<HTTPServer.Endpoint>.makeStream()
    let (asked, ask) = AsyncStream<Void>.makeStream()
    let server = HTTPServer(
      [.tcp(host: "127.0.0.1", port: 0)], limits: limits, time: RealTime(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, listening: { announce.yield($0) }
    ) { _, _ in
      ask.yield()
      try? await Task.sleep(for: .seconds(300))
      return WireResponse(status: 200, body: [])
    }
    var configuration = ServiceGroupConfiguration(
      services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    configuration.maximumGracefulShutdownDuration = .milliseconds(100)
    let services = ServiceGroup(configuration: configuration)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await services.run() }
      group.addTask {
        guard let endpoint = await bound.first(where: { _ in true }) else { throw Missing("a server") }
        try await withRawClient(to: endpoint) { client in
          try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
          _ = await asked.first { _ in true }
          await services.triggerGracefulShutdown()
          await client.waitForEnd()
        }
      }
      while let result = await group.nextResult() { _ = result }
    }
  }
}
