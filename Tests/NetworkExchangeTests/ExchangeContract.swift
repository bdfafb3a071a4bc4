internal import HTTPTestSupport
internal import Homeserver
internal import MatrixWire
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// What every way to a homeserver keeps: it adds nothing the caller can see but delay.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct ExchangeContract {
  /// IDs that a way could break: escaped twice, not at all, cut, normalized.
  private static let oddNames = [
    "a/b", "a+b", "a%2Fb", "100%", "a#b", "a?b=c&d", "a b", "ä", "e\u{301}", "日本", "👩‍👩‍👧", "..", ".", "a\\b",
    "a;b=c", "\"quoted\"", "a\u{1}b", "~a-_.b", "",
  ]

  /// Requests answered the same whatever they come by; those about a person go to `@ann`.
  private static var table: [WireRequest] {
    let status = ClientAPI.standard("presence", "@ann:harbor.example", "status")
    return [
      ClientAPI.versions(),
      ClientAPI.whoAmI(),
      WireRequest(.get, []), WireRequest(.get, [""]), WireRequest(.get, ["", "_matrix"]),
      WireRequest(.get, ["_matrix", "client", "versions", ""]),
      WireRequest(.get, ["nowhere", "a b"], query: [.init("x", "1 + 1 = 2 & more"), .init("", "")]),
      WireRequest(.delete, ClientAPI.standard("sync")), WireRequest(.post, status),
      WireRequest(.put, status, body: Array("{".utf8)), WireRequest(.put, status, body: Array("[]".utf8)),
      WireRequest(.put, status, body: Array("{\"presence\":\"dancing\"}".utf8)),
      WireRequest(.put, status), WireRequest(.get, status, body: Array("{}".utf8)),
      WireRequest(
        .get, ClientAPI.standard("sync"), query: [.init("filter", "{\"presence\":{\"x\":\"ä+ %\"}}")]),
      WireRequest(.get, ClientAPI.standard("sync"), query: [.init("since", "&?#/+ %00")]),
      WireRequest(.post, ClientAPI.standard("register"), body: Array("{}".utf8)),
      WireRequest(.put, status, body: Array(repeating: 32, count: 65_537)),
      WireRequest(.put, status, body: Array(repeating: 32, count: 3_000_000)),
    ]
      + oddNames.flatMap { name in
        [
          WireRequest(.get, ClientAPI.standard("presence", "@\(name):harbor.example", "status")),
          WireRequest(.get, ClientAPI.standard("profile", name, name)),
        ]
      }
  }

  @Test(arguments: Way.allCases)
  func answersAreThoseOfTheHomeserverItself(_ way: Way) async throws {
    try await way.run { world in
      let token = try await world.register("ann")
      for (index, request) in Self.table.enumerated() {
        for token in [token, nil] {
          var request = request
          request.accessToken = token
          let direct = await world.homeserver.respond(to: request, from: .inProcess)
          let answer = try await world.exchange.send(request)
          #expect(answer.status == direct.status, "request \(index): \(request.target)")
          if index != Self.registration { #expect(text(answer) == text(direct), "request \(index)") }
          #expect(answer.header("Content-Type") == "application/json")
        }
      }
    }
  }

  /// The body, but for how long ago things were.
  private func text(_ response: WireResponse) -> String {
    String(decoding: response.body, as: UTF8.self).replacing(/_ago":\d+/, with: "_ago\":0")
  }

  /// Where its answer carries a new session each time.
  private static let registration = 16

  @Test(arguments: Way.allCases)
  func peopleMeet(_ way: Way) async throws {
    try await way.run { world in
      let ann = try await world.client.register(username: "ann")
      let bob = try await world.client.register(username: "b/o+b")
      try await ann.setDisplayName("Ann % Ünal")
      #expect(try await bob.profile(of: ann.userID).displayName == "Ann % Ünal")
      try await ann.invite(bob.userID)
      try await bob.accept(ann.userID)
      try await bob.setStatus(.online, text: "tea? 100 % ☕️")
      #expect(try await ann.status(of: bob.userID).statusMessage == "tea? 100 % ☕️")
      #expect(try await ann.presenceList().list.count == 1)
      try await ann.logout()
      await #expect(throws: SDKError.self) { try await ann.presenceList() }
    }
  }

  @Test(arguments: Way.allCases)
  func aChangeWakesAPoll(_ way: Way) async throws {
    try await way.run { world in
      let ann = try await world.client.register(username: "ann")
      let bob = try await world.client.register(username: "bob")
      try await ann.invite(bob.userID)
      try await bob.accept(ann.userID)
      let first = try await ann.sync(since: nil, wait: .zero, as: .offline)
      async let answer = ann.sync(since: first.nextBatch, wait: .seconds(30), as: .offline)
      #expect(await world.parkedPolls(reach: 1))
      try await bob.setStatus(.unavailable, text: "away")
      let told = try await answer.presence.contains { event in
        if case .presence(bob.userID, let content) = event { content.statusMessage == "away" } else { false }
      }
      #expect(told)
    }
  }

  @Test(arguments: Way.allCases)
  func aPollWithNothingToSayReturnsInTime(_ way: Way) async throws {
    try await way.run { world in
      let token = try await world.register("ann")
      let poll = try await world.poll(of: token, wait: .milliseconds(300))
      let began = ContinuousClock.now
      let answer = try WireJSON.decode(SyncAnswer.self, from: try await world.exchange.send(poll).body)
      #expect(answer.presence.isEmpty)
      #expect((.milliseconds(290) ... .seconds(30)).contains(ContinuousClock.now - began))
    }
  }

  @Test(arguments: Way.allCases)
  func cancellingFreesThePollAndSaysSo(_ way: Way) async throws {
    try await way.run { world in
      let token = try await world.register("ann")
      let poll = try await world.poll(of: token, wait: .seconds(300))
      let began = ContinuousClock.now
      await withThrowingTaskGroup(of: WireResponse.self) { group in
        group.addTask { try await world.exchange.send(poll) }
        #expect(await world.parkedPolls(reach: 1))
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      #expect(await world.parkedPolls(reach: 0))
      // Long before the poll's own time: how long it takes to begin depends on what else this machine does.
      #expect(ContinuousClock.now - began < .seconds(150))
      #expect(try await world.send(ClientAPI.versions()).status == 200)
    }
  }

  @Test(arguments: Way.allCases)
  func manyPollsWaitAndNobodyElseDoes(_ way: Way) async throws {
    try await way.run { world in
      let polls = try await Self.polls(200, in: world)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for poll in polls { group.addTask { try await world.exchange.send(poll).status } }
        #expect(await world.parkedPolls(reach: polls.count))
        let whoAmI = try await world.send(ClientAPI.whoAmI(), as: polls.first?.accessToken)
        #expect(whoAmI.status == 200)
        group.cancelAll()
      }
      #expect(await world.parkedPolls(reach: 0))
    }
  }

  /// Polls of as many people.
  private static func polls(_ count: Int, in world: Way.World) async throws -> [WireRequest] {
    var polls: [WireRequest] = []
    for index in 0..<count {
      polls.append(
        try await world.poll(of: try await world.register("person\(index)"), wait: .seconds(300)))
    }
    return polls
  }

  @Test(arguments: Way.allCases)
  func theServersEndAnswersWhoWaits(_ way: Way) async throws {
    try await way.run { world in
      let polls = try await Self.polls(20, in: world)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for poll in polls { group.addTask { try await world.exchange.send(poll).status } }
        #expect(await world.parkedPolls(reach: polls.count))
        let began = ContinuousClock.now
        await world.stop()
        for try await status in group { #expect(status == 200) }
        // Long before the polls' own time, however busy the machine is.
        #expect(ContinuousClock.now - began < .seconds(150))
      }
    }
  }
}
