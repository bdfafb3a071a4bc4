import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

@testable import Homeserver

/// What takes long although its length is allowed: it is done in turns, with other users' requests in between.
struct LongRequestTests {
  private let testClient: TestClient
  private let ann: AccessToken
  private let bob: AccessToken
  private static let own = "unstable/chat.porchlight/presence/list"

  init() throws {
    testClient = try TestClient()
    ann = try testClient.token("ann")
    bob = try testClient.token("bob")
  }

  // MARK: What is done in turns

  private func request(
    _ method: WireRequest.Method, _ path: String, _ body: String = "", as token: AccessToken,
    _ query: [WireRequest.QueryItem] = []
  ) -> WireRequest {
    WireRequest(
      method, ["_matrix", "client"] + path.split(separator: "/").map(String.init), query: query,
      accessToken: token, body: Array(body.utf8))
  }

  /// How many requests of another user are answered while one is under way.
  private func turns(during long: WireRequest) throws -> Int {
    let short = request(.get, "v3/presence/@bob:harbor.example/status", as: bob)
    let homeserver = testClient.server.homeserver
    return try testClient.simulation.run {
      let answered = Box<Int>()
      async let done: Void = answered.set(homeserver.respond(to: long, from: .inProcess).status)
      var turns = 0
      while answered.value == nil {
        #expect(await homeserver.respond(to: short, from: .inProcess).status == 200)
        turns += 1
      }
      await done
      #expect(answered.value == 200)
      return turns
    }
  }

  private static func names(_ range: Range<Int>) -> String {
    range.map { #""@nobody\#($0):harbor.example""# }.joined(separator: ",")
  }

  /// Puts many people on ann's list.
  private func invite(_ count: Int) throws {
    for start in stride(from: 0, to: count, by: 1_000) {
      let body = #"{"invite":[\#(Self.names(start..<min(count, start + 1_000)))]}"#
      #expect(try testClient.send(.post, Self.own, body, as: ann).code == "200 -")
    }
  }

  @Test(arguments: ["v3/sync", "r0/initialSync", own, "v3/presence/list/@ann:harbor.example"])
  func whoeverReadsALongListLetsOthersInBetween(path: String) throws {
    let before = try turns(during: request(.get, path, as: ann))
    try invite(2_000)
    // There are twenty parts, and a short request takes some steps of its own.
    #expect(try turns(during: request(.get, path, as: ann)) >= before + 4)
  }

  @Test(arguments: ["invite", "drop"]) func aChangeOfAThousandEntriesLetsOthersInBetween(verb: String) throws
  {
    try invite(1_000)
    let one = #"{"\#(verb)":[\#(Self.names(1_000..<1_001))]}"#
    let all = #"{"\#(verb)":[\#(Self.names(0..<1_000))]}"#
    let before = try turns(during: request(.post, Self.own, one, as: ann))
    #expect(try turns(during: request(.post, Self.own, all, as: ann)) >= before + 4)
  }

  /// Each login looks at all sessions of its user, and so does every poll.
  @Test func aLoginBeyondAHundredEndsTheSessionNotUsedForLongest() throws {
    _ = try testClient.register("cat", password: "pw")
    func logIn(_ number: Int) throws -> AccessToken {
      let login = try testClient.login("cat", "pw", more: #""device_id":"D\#(number)","#)
      return try login.decoded(Credentials.self).accessToken.orThrow("a token")
    }
    let most = AccountRegistry.Quota.sessions
    // With the one of the registration, all there may be.
    let sessions = try (1..<most).map(logIn)
    let data = "v3/user/@cat:harbor.example/account_data/x"
    #expect(try testClient.send(.put, data, "{}", as: sessions[0]).code == "200 -")
    _ = try logIn(most)
    _ = try logIn(most + 1)
    #expect(try testClient.whoIs(sessions[0]) == "@cat:harbor.example")
    #expect(try testClient.whoIs(sessions[1]) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(sessions[2]) == "@cat:harbor.example")
    let devices = try testClient.send(.get, "v3/devices", as: sessions[0]).decoded(DevicesAnswer.self).devices
    #expect(devices.count == most)
    #expect(try testClient.send(.get, data, as: sessions[0]).code == "200 -")
  }

  /// Logs cat in on so many devices, `D0` and so on, each of which waits for news; returns the first one's token.
  private func catWaits(
    on count: Int, each most: Int = 1, _ deliver: @escaping @Sendable (_ device: Int, WireResponse) -> Void
  ) throws -> AccessToken {
    _ = try testClient.register("cat", password: "pw")
    let devices = try (0..<count).map { number in
      let login = try testClient.login("cat", "pw", more: #""device_id":"D\#(number)","#)
      return try login.decoded(Credentials.self).accessToken.orThrow("a token")
    }
    let since = try testClient.send(.get, "v3/sync", as: devices[0]).decoded(SyncAnswer.self).nextBatch
      .rawValue
    let query: [WireRequest.QueryItem] = [
      .init("since", since), .init("timeout", "60000"), .init("set_presence", "offline"),
    ]
    let homeserver = testClient.server.homeserver
    let polls = try devices.indices.flatMap { Array(repeating: $0, count: most) }.map { number in
      let device = devices[number]
      return try homeserver.poll(for: request(.get, "v3/sync", as: device, query)) { deliver(number, $0) }
        .orThrow("a poll")
    }
    try testClient.simulation.run { await homeserver.open(polls) }
    #expect(homeserver.waitingPolls == count * most)
    return devices[0]
  }

  /// 791 polls of one person held everybody for 1.8 s: each looked at each of the devices when it ended.
  @Test func aChangeThatWakesHundredsOfPollsAnswersThemAll() throws {
    let answers = Box<Int>()
    let count = Counter()
    let first = try catWaits(on: 99, each: 3) { _, response in
      if response.status == 200 { answers.set(count.next()) }
    }
    let body = #"{"presence":"online","status_msg":"tea"}"#
    let status = request(.put, "v3/presence/@cat:harbor.example/status", body, as: first)
    _ = try turns(during: status)
    // Of those that wait, some are answered in each turn, and those of one device a moment after each other.
    testClient.simulation.advance(by: .seconds(1))
    #expect(answers.value == 297)
  }

  /// A poll that was woken waits for its turn outside of `SyncHub`, and is its device's even so.
  @Test func whoseDeviceIsLoggedOutBetweenTwoTurnsIsNotToldWhatWokeThem() throws {
    let (first, last) = (Box<WireResponse>(), Box<WireResponse>())
    _ = try catWaits(on: 99) { device, response in
      if device == 0 { first.set(response) }
      if device == 90 { last.set(response) }
    }
    let presence = testClient.server.homeserver.presence
    let device = Device(user: try testClient.server.user("cat"), id: try DeviceID("D90").orThrow("a device"))
    try testClient.simulation.run {
      await presence.answerOneTurn(of: device.user, thenEnd: device, text: "tea")
    }
    testClient.simulation.drain()
    let (woken, ended) = (try first.value.orThrow("an answer"), try last.value.orThrow("an answer"))
    #expect(Answer(response: woken).text.contains("tea"))
    #expect(!Answer(response: ended).text.contains("tea"))
  }

  // MARK: What is said in turns

  /// An answer in parts is of its beginning: what changes while it is put together is told again.
  @Test func whatChangesWhileALongAnswerIsPutTogetherIsNotMissed() throws {
    try invite(1_000)
    // The next answer begins at once: there is no user left to be compared.
    #expect(try testClient.send(.get, "v3/sync", as: ann).code == "200 -")
    let homeserver = testClient.server.homeserver
    let sync = request(.get, "v3/sync", as: ann)
    // The first of the list and the last.
    let drop = request(
      .post, Self.own, #"{"drop":[\#(Self.names(0..<1)),\#(Self.names(999..<1_000))]}"#, as: ann)
    let answer = try testClient.simulation.run {
      async let answer = homeserver.respond(to: sync, from: .inProcess)
      #expect(await homeserver.respond(to: drop, from: .inProcess).status == 200)
      return await answer
    }
    let first = try Answer(response: answer).decoded(SyncAnswer.self)
    #expect(first.presence.count >= 1_000)
    let next = try testClient.send(
      .get, "v3/sync", as: ann, query: [.init("since", first.nextBatch.rawValue)]
    ).decoded(SyncAnswer.self)
    let dropped = next.presence.compactMap { event in
      if case .list(let event) = event, event.state == .dropped {
        event.userID.rawValue
      } else {
        nil as String?
      }
    }
    #expect(Set(dropped) == ["@nobody0:harbor.example", "@nobody999:harbor.example"])
  }

  @Test func whoIsLoggedOutWhileALongAnswerIsPutTogetherIsNotToldIt() throws {
    try invite(1_000)
    let homeserver = testClient.server.homeserver
    let sync = request(.get, "v3/sync", as: ann)
    let logout = request(.post, "v3/logout", "{}", as: ann)
    let status = try testClient.simulation.run {
      async let answer = homeserver.respond(to: sync, from: .inProcess)
      #expect(await homeserver.respond(to: logout, from: .inProcess).status == 200)
      return await answer.status
    }
    #expect(status == 401)
  }

  @Test func aChangeThatCannotBeStoredToItsEndSaysForWhomItWasNotDone() throws {
    let store = FullStore()
    let testClient = try TestClient(store: store)
    let ann = try testClient.token("ann")
    let homeserver = testClient.server.homeserver
    let invite = request(.post, Self.own, #"{"invite":[\#(Self.names(0..<1_000))]}"#, as: ann)
    let answer = try testClient.simulation.run {
      async let answer = homeserver.respond(to: invite, from: .inProcess)
      // Some of it is stored by now.
      for _ in 0..<30 { await Task.yield() }
      store.fill()
      return await answer
    }
    store.fill(false)
    let failed = try Answer(response: answer).decoded(PresenceListResult.self).failed
    let list = try testClient.send(.get, Self.own, as: ann).decoded(PresenceListAnswer.self).list
    #expect((1..<1_000).contains(failed.count))
    #expect(list.count == 1_000 - failed.count)
    #expect(failed.values.allSatisfy { $0.message.contains("Nothing was changed") })
  }
}

/// Counts.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1; return $0
    }
  }
}

extension PresenceService {
  /// A user's text changes, a part of the polls that wakes is answered, and then a device's polls end.
  fileprivate func answerOneTurn(of user: UserID, thenEnd device: Device, text: String) {
    let update = StatusUpdate(presence: .online, statusMessage: text)
    apply { (try? $0.setStatus(of: user, to: update, on: device.id, now: $1)) ?? [] }
    answerPolls([])
    endPolls(of: device)
  }
}
