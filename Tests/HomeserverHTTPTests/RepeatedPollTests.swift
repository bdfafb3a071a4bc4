internal import HTTPTestSupport
internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import HomeserverHTTP

/// Polls that are the one before them on their connection but for the position, which are not parsed.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct RepeatedPollTests {
  private static func poll(_ token: AccessToken, since: String, timeout: Int = 0) -> String {
    "GET /_matrix/client/v3/sync?timeout=\(timeout)&set_presence=online&since=\(since) HTTP/1.1\r\nHost: h\r\n"
      + "Authorization: Bearer \(token.rawValue)\r\nAccept: application/json\r\n\r\n"
  }

  private static func setStatus(
    _ text: String, of name: String, _ token: AccessToken, at server: ServedHomeserver
  )
    async throws
  {
    let user = try UserID("@\(name):harbor.example").orThrow("a user")
    var request = ClientAPI.setStatus(StatusUpdate(presence: .online, statusMessage: text), of: user)
    request.accessToken = token
    #expect(await server.homeserver.respond(to: request, from: .inProcess).status == 200)
  }

  private static func answer(_ client: inout RawClient) async throws -> SyncAnswer {
    let answer = try await client.answer().orThrow("an answer")
    #expect(answer.status == 200)
    return try WireJSON.decode(SyncAnswer.self, from: Array(answer.body.utf8))
  }

  @Test func eachIsAnsweredFromItsOwnPositionWhereverItIsTorn() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      var position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        let length = Self.poll(token, since: position).utf8.count
        for cut in 0..<length {
          try await Self.setStatus("text \(cut)", of: "ann", token, at: server)
          let bytes = Array(Self.poll(token, since: position).utf8)
          try await client.send(Array(bytes.prefix(cut)))
          if cut % 8 == 1 { try await Task.sleep(for: .milliseconds(5)) }
          try await client.send(Array(bytes.dropFirst(cut)))
          let answer = try await Self.answer(&client)
          #expect(answer.presence.contains { "\($0)".contains("text \(cut)") })
          #expect(answer.nextBatch.rawValue != position)
          position = answer.nextBatch.rawValue
        }
      }
    }
  }

  /// Each leaves a stream that the next poll could go on with, and none does: the words are others each time.
  @Test func pollsInOtherWordsAreNotCountedAsOpenOnceTheyWereAnswered() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      var position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        for number in 1...40 {
          try await Self.setStatus("text \(number)", of: "ann", token, at: server)
          try await client.send(Self.poll(token, since: position, timeout: 1_000 + number))
          position = try await Self.answer(&client).nextBatch.rawValue
        }
      }
    }
  }

  @Test func manyAtOnceAreAnsweredInOrder() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let first = try await server.position(of: token).rawValue
      try await Self.setStatus("there", of: "ann", token, at: server)
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.poll(token, since: first))
        let next = try await Self.answer(&client).nextBatch.rawValue
        let requests = (0..<12).map { Self.poll(token, since: $0 % 2 == 0 ? next : first) }
        try await client.send(requests.joined())
        for number in 0..<12 {
          #expect(try await Self.answer(&client).presence.isEmpty == (number % 2 == 0))
        }
      }
    }
  }

  @Test func theSessionIsAskedAgain() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.poll(token, since: position))
        let next = try await Self.answer(&client).nextBatch.rawValue
        var logout = WireRequest(.post, ["_matrix", "client", "v3", "logout"])
        logout.accessToken = token
        #expect(await server.homeserver.respond(to: logout, from: .inProcess).status == 200)
        try await client.send(Self.poll(token, since: next))
        let refusal = try await client.answer()
        #expect(refusal?.status == 401)
        #expect(refusal?.isError == true)
      }
    }
  }

  @Test func eachCountsAsARequest() async throws {
    var rateLimits = RateLimits.none
    rateLimits.requests = .init(perSecond: 0.001, burst: 5)
    try await withServedHomeserver(rateLimits: rateLimits) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        var statuses: [Int?] = []
        for _ in 0..<8 {
          try await client.send(Self.poll(token, since: position))
          statuses.append(try await client.answer()?.status)
        }
        #expect(statuses.first == 200)
        #expect(statuses.last == 429)
        #expect(statuses.filter { $0 == 200 }.count <= 5)
      }
    }
  }

  @Test func aPositionThatIsNoneIsRefusedAndTheConnectionGoesOn() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        for (since, status) in [
          (position, 200), ("p9_9_9", 400), (position, 200), ("x", 400), (position, 200),
        ] {
          try await client.send(Self.poll(token, since: since))
          #expect(try await client.answer()?.status == status)
        }
      }
    }
  }

  /// As behind a proxy that shares connections.
  @Test func anotherUserOnTheSameConnectionIsAnother() async throws {
    try await withServedHomeserver { server in
      let (ann, bob) = (try await server.token(of: "ann"), try await server.token(of: "bob"))
      let position = try await server.position(of: ann).rawValue
      let other = try await server.position(of: bob).rawValue
      try await Self.setStatus("of ann", of: "ann", ann, at: server)
      try await Self.setStatus("of bob", of: "bob", bob, at: server)
      try await withRawClient(to: server.endpoint) { client in
        for _ in 0..<3 {
          try await client.send(Self.poll(ann, since: position))
          #expect(try await Self.answer(&client).presence.contains { "\($0)".contains("of ann") })
          try await client.send(Self.poll(bob, since: other))
          #expect(try await Self.answer(&client).presence.contains { "\($0)".contains("of bob") })
        }
      }
    }
  }

  /// A poll that is handed over when the one before it was answered is not the one whose bytes come then.
  @Test func bytesThatComeWhileAnotherPollWaitsAreNotKeptForIt() async throws {
    try await withServedHomeserver { server in
      let (ann, bob) = (try await server.token(of: "ann"), try await server.token(of: "bob"))
      try await Self.setStatus("first of bob", of: "bob", bob, at: server)
      let other = try await server.position(of: bob).rawValue
      try await Self.setStatus("once of ann", of: "ann", ann, at: server)
      let third = try await server.position(of: ann).rawValue
      try await withRawClient(to: server.endpoint) { client in
        func isWaiting() async -> Bool { await eventually { server.homeserver.waitingPolls == 1 } }
        // One waits, and another of the same user behind it, which waits as soon as the first is answered.
        try await client.send(Self.poll(ann, since: third, timeout: 300_000))
        #expect(await isWaiting())
        let next = try #require(Self.after(third))
        try await client.send(Self.poll(ann, since: next, timeout: 300_000))
        try await Self.setStatus("twice of ann", of: "ann", ann, at: server)
        #expect(try await Self.answer(&client).nextBatch.rawValue == next)
        #expect(await isWaiting())
        try await client.send(Self.poll(bob, since: next, timeout: 300_000))
        try await Task.sleep(for: .milliseconds(100))
        try await Self.setStatus("three times of ann", of: "ann", ann, at: server)
        _ = try await Self.answer(&client)
        // Whether this is a position of Bob's is not what is asked.
        try await Self.setStatus("second of bob", of: "bob", bob, at: server)
        _ = try await client.answer()
        try await client.send(Self.poll(bob, since: other, timeout: 300_000))
        let answer = try await client.answer().orThrow("an answer")
        #expect(answer.status == 200)
        #expect(answer.body.contains("second of bob") && !answer.body.contains("of ann"), "\(answer.body)")
      }
    }
  }

  /// The position behind one, as positions are counted.
  private static func after(_ position: String) -> String? {
    let parts = position.split(separator: "_")
    return parts.last.flatMap { Int($0) }.map { "\(parts[0])_\($0 + 1)" }
  }

  @Test func aClientThatHangsUpEndsItsPoll() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token).rawValue
      try await withRawClient(to: server.endpoint) { client in
        // Once to be known, once more to wait: the words are the same.
        try await Self.setStatus("there", of: "ann", token, at: server)
        try await client.send(Self.poll(token, since: position, timeout: 300_000))
        let next = try await Self.answer(&client).nextBatch.rawValue
        try await client.send(Self.poll(token, since: next, timeout: 300_000))
        #expect(await eventually { server.homeserver.waitingPolls == 1 })
      }
      #expect(await eventually { server.homeserver.waitingPolls == 0 })
    }
  }

  // MARK: Comparing

  private static func repeated(_ head: String, since: String = "p1_2") async throws -> RepeatedPoll? {
    let homeserver = try makeHomeserver()
    let register = ClientAPI.register(RegisterRequest(username: "ann", auth: .init(type: "m.login.dummy")))
    let response = await homeserver.respond(to: register, from: .inProcess)
    let position = try SyncToken(since).orThrow("a token")
    func sync(wait: Duration) throws -> WireRequest {
      var sync = ClientAPI.sync(since: position, wait: wait, setPresence: .online, filter: nil)
      sync.accessToken = try WireJSON.decode(Credentials.self, from: response.body).accessToken
      return sync
    }
    // The first use of a token is stored.
    _ = await homeserver.respond(to: try sync(wait: .zero), from: .inProcess)
    let request = try sync(wait: .seconds(1))
    let poll = try homeserver.poll(for: request, isRepeatable: true) { _ in }.orThrow("a poll")
    #expect(poll.isRepeatable)
    return RepeatedPoll(head.utf8, poll)
  }

  private static func head(_ query: String, _ method: String = "GET") -> String {
    "\(method) /_matrix/client/v3/sync?\(query) HTTP/1.1\r\nHost: h\r\n\r\n"
  }

  @Test func onlyThePositionMayDiffer() async throws {
    let repeated = try #require(try await Self.repeated(Self.head("timeout=1&since=p1_2&filter=0")))
    func match(_ text: String) -> String? {
      repeated.match(ByteBuffer(string: text).readableBytesView).map { "\($0.position) \($0.length)" }
    }
    let same = Self.head("timeout=1&since=p1_345&filter=0")
    #expect(match(same) == "p1_345 \(same.utf8.count)")
    #expect(match(same + "GET /") == "p1_345 \(same.utf8.count)")
    #expect(match(String(same.dropLast())) == nil)
    for other in [
      "timeout=2&since=p1_345&filter=0", "timeout=1&since=p1_345&filter=1", "timeout=1&since=&filter=0",
      "timeout=1&since=p1%5F3&filter=0", "timeout=1&since=p1_3&filter=0&x=1", "timeout=1&since=p+1&filter=0",
    ] {
      #expect(match(Self.head(other)) == nil, "\(other)")
    }
  }

  @Test(arguments: [
    head("since=p1_2&since=p1_2"), head("%73ince=p1_1&since=p1_2"), head("since=p1_3"), head("timeout=1"),
    head("since=p1_2", "HEAD"), head("since=p1_2") + "x", head("since=p1_2") + head("since=p1_2"),
    "GET /_matrix/client/v3/sync HTTP/1.1\r\nX: since=p1_2\r\n\r\n",
    "GET /?since=p1_2 HTTP/1.1\n\n" + head("since=p1_2"),
  ])
  func whatIsNotBeyondDoubtIsNotRepeated(_ head: String) async throws {
    let repeated = try await Self.repeated(head)
    #expect(repeated == nil)
  }
}
