import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// The long poll: what it waits for, what ends it, and what it says.
struct StreamTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: Session
  let bob: Session

  init() throws {
    server = try TestHomeserver(simulation) { $0.limits.pendingEntries = 1_200 }
    ann = try server.register("ann")
    bob = try server.register("bob")
    try server.befriend(ann, bob)
  }

  @Test func aChangeReachesAWatcherWithoutDelay() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "meeting") }
    simulation.settle()
    #expect(annsScreen.state(of: bob.userID) == .busy)
    #expect(annsScreen.roster.contacts[bob.userID]?.statusText == "meeting")
  }

  @Test func somebodyWhoVanishesIsOfflineAfterTheGrace() throws {
    let annsScreen = server.connect(ann)
    let bobsScreen = server.connect(bob)
    simulation.advance(by: .seconds(5))
    bobsScreen.vanish()
    simulation.advance(by: .milliseconds(29_999))
    #expect(annsScreen.state(of: bob.userID) == .online)
    simulation.advance(by: .milliseconds(1))
    #expect(annsScreen.state(of: bob.userID) == .offline)
  }

  @Test func somebodyWhoSaysGoodByeIsOfflineAtOnce() throws {
    let annsScreen = server.connect(ann)
    let bobsScreen = server.connect(bob)
    simulation.advance(by: .seconds(5))
    try simulation.run { [bob] in try await bob.close() }
    bobsScreen.vanish()
    simulation.settle()
    #expect(annsScreen.state(of: bob.userID) == .offline)
  }

  @Test func aReaderIsNeverOnline() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob, as: .offline)
    simulation.advance(by: .seconds(60))
    #expect(annsScreen.state(of: bob.userID) == .offline)
  }

  @Test func aQuietStreamAnswersAtItsTimeoutAndKeepsItsPersonOnline() throws {
    let annsScreen = server.connect(ann)
    let bobsScreen = server.connect(bob)
    simulation.advance(by: .seconds(3600))
    #expect(annsScreen.state(of: bob.userID) != .offline)
    // 30 s a poll, and the few edges of the hour.
    #expect((120...126).contains(bobsScreen.answers))
  }

  @Test func changesOfOneSecondShareAFewAnswersAndEndExactly() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    let before = annsScreen.answers
    for number in 1...1000 {
      try simulation.run { [bob] in try await bob.setStatus(.online, text: "text \(number)") }
      simulation.advance(by: .milliseconds(1))
    }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.roster.contacts[bob.userID]?.statusText == "text 1000")
    #expect(annsScreen.answers - before <= 20)
  }

  @Test func activityIsFollowedByItsEndAfterAMinute() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.roster.contacts[bob.userID]?.currentlyActive == true)
    simulation.advance(by: .milliseconds(59_100))
    #expect(annsScreen.roster.contacts[bob.userID]?.currentlyActive == false)
  }

  @Test func everyChangeIsEchoedToTheOwnStreams() throws {
    let bobsScreen = server.connect(bob)
    try simulation.run { [bob] in try await bob.setStatus(.hidden, text: "shh") }
    simulation.advance(by: .seconds(1))
    #expect(bobsScreen.roster.own.state == .hidden)
    #expect(bobsScreen.roster.own.choice == .hidden)
    #expect(bobsScreen.roster.own.statusText == "shh")
  }

  @Test func aHiddenPersonSaysNothingNew() throws {
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "old") }
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    try simulation.run { [bob] in try await bob.setStatus(.hidden, text: "old") }
    simulation.advance(by: .seconds(5))
    let answers = annsScreen.answers
    try simulation.run { [bob] in
      try await bob.setStatus(.hidden, text: "new")
      try await bob.setDisplayName("Somebody Else")
      try await bob.report(DeviceReport(idleness: .since(milliseconds: 1000), deviceType: .terminal))
    }
    simulation.advance(by: .seconds(5))
    let contact = try #require(annsScreen.roster.contacts[bob.userID])
    #expect(contact.state == .offline)
    #expect(contact.statusText == "old")
    #expect(annsScreen.answers == answers)
  }

  @Test func aNewDisplayNameArrivesAndChangesNothingElse() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    let before = try #require(annsScreen.roster.contacts[bob.userID])
    try simulation.run { [bob] in try await bob.setDisplayName("Bob the Builder") }
    simulation.settle()
    let after = try #require(annsScreen.roster.contacts[bob.userID])
    #expect(after.displayName == "Bob the Builder")
    #expect(after.state == before.state)
    #expect(after.statusText == before.statusText)
    #expect(after.currentlyActive == before.currentlyActive)
  }

  @Test func aFilterThatBlocksASenderKeepsThePollWaiting() throws {
    let filter = SyncFilter(presence: EventFilter(notSenders: [bob.userID]))
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .offline).nextBatch
    }
    let answer = Box<SyncAnswer>()
    simulation.start { [ann] in
      if let got = try? await ann.sync(since: since, wait: .seconds(10), as: .offline, filter: filter) {
        answer.set(got)
      }
    }
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: nil) }
    simulation.advance(by: .seconds(9))
    #expect(answer.value == nil)
    simulation.advance(by: .seconds(1))
    #expect(answer.value?.presence == [])
  }

  @Test func twoPollsOfTheSameTokenSayTheSame() throws {
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .offline).nextBatch
    }
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "once") }
    let answers = try simulation.run { [ann] in
      [
        try await ann.sync(since: since, wait: .zero, as: .offline),
        try await ann.sync(since: since, wait: .zero, as: .offline),
      ]
    }
    #expect(answers[0].presence.count == 1)
    #expect(answers[0].nextBatch == answers[1].nextBatch)
  }

  @Test func aServerThatStopsAnswersItsWaitingPolls() throws {
    let answer = Box<Bool>()
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .online).nextBatch
    }
    simulation.start { [ann] in
      _ = try? await ann.sync(since: since, wait: .seconds(100), as: .online)
      answer.set(true)
    }
    #expect(answer.value == nil)
    server.stop()
    #expect(answer.value == true)
  }

  @Test func aPollWhoseCallerLeftEndsAtOnce() throws {
    let bobsScreen = server.connect(bob)
    #expect(server.homeserver.waitingPolls == 1)
    bobsScreen.vanish()
    #expect(server.homeserver.waitingPolls == 0)
  }

  /// A way on which one poll claims a position of another server.
  private final class ForgingExchange: Exchange {
    private let base: any Exchange
    private let polls = Mutex(0)

    init(_ base: any Exchange) { self.base = base }

    func send(_ request: WireRequest) async throws -> WireResponse {
      var request = request
      if request.path.last == "sync", polls.withLock({ count in (count += 1, count).1 }) == 3 {
        request.query = request.query.map { $0.name == "since" ? .init("since", "s72594_4483") : $0 }
      }
      return try await base.send(request)
    }
  }

  @Test func aTokenOfAnotherServerBeginsAnew() throws {
    let session = ann.through(ForgingExchange(server.exchange))
    let steps = try simulation.run(patience: .seconds(300)) {
      var steps: [String] = []
      for try await step in session.events(seed: 1) {
        switch step {
        case .answer(_, let isComplete): steps.append(isComplete ? "whole" : "delta")
        case .interrupted: steps.append("refused")
        }
        if steps.count == 5 { break }
      }
      return steps
    }
    #expect(steps == ["whole", "delta", "refused", "whole", "delta"])
  }

  @Test func aTokenOfAnotherServerIsRefused() throws {
    let refused = #expect(throws: SDKError.self) {
      try simulation.run { [ann] in
        _ = try await ann.sync(since: SyncToken("s72594_4483"), wait: .zero, as: .online)
      }
    }
    guard case .refused(let error) = refused?.code else {
      Issue.record("not a refusal: \(String(describing: refused))")
      return
    }
    #expect(error.code == .invalidParameter)
  }

  @Test func aPollOfNoTimeReturnsAtOnce() throws {
    let position = Box<SyncToken>()
    func poll() throws {
      let since = position.value
      let answer = try simulation.run { [bob] in try await bob.sync(since: since, wait: .zero, as: .online) }
      position.set(answer.nextBatch)
    }
    try poll()
    for text in ["1", "2", "3"] {
      try simulation.run { [bob] in try await bob.setStatus(.busy, text: text) }
      let before = simulation.time.instant
      try poll()
      #expect(simulation.time.instant == before)
    }
  }

  /// Ann polls twice, and the second poll waits with Bob's news for its batch when `end` ends it.
  private func toldWhen(_ end: @escaping @Sendable (Session, Session) async throws -> Void) throws
    -> SyncAnswer
  {
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .online).nextBatch
    }
    let (first, second) = (Box<SyncAnswer>(), Box<SyncAnswer>())
    simulation.start { [ann] in
      guard let one = try? await ann.sync(since: since, wait: .seconds(10), as: .online) else { return }
      first.set(one)
      guard let two = try? await ann.sync(since: one.nextBatch, wait: .seconds(10), as: .online) else {
        return
      }
      second.set(two)
    }
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "open") }
    try #require(first.value != nil)
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "secret") }
    try #require(second.value == nil)
    try simulation.run { [ann, bob] in try await end(ann, bob) }
    return try second.value.orThrow("the answer of a poll that was ended")
  }

  @Test func whatWasRevokedWhileABatchWaitedIsNotTold() throws {
    let told = try toldWhen { ann, bob in
      try await bob.revoke(ann.userID)
      try await ann.close()
    }
    #expect(!"\(told)".contains("secret"))
  }

  @Test func aPollThatIsEndedSaysNothing() throws {
    let told = try toldWhen { ann, _ in try await ann.close() }
    #expect(told.presence == [])
  }

  /// Closing changes how one appears oneself, which wakes the poll that it then ends.
  @Test func aPollWokenByWhatEndsItSaysNothing() throws {
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .online).nextBatch
    }
    let told = Box<[SyncAnswer]>()
    simulation.start { [ann] in
      var (answers, position): ([SyncAnswer], SyncToken) = ([], since)
      while let answer = try? await ann.sync(since: position, wait: .seconds(300), as: .online) {
        answers.append(answer)
        position = answer.nextBatch
        told.set(answers)
        if answer.presence.isEmpty { return }
      }
    }
    simulation.advance(by: .seconds(90))
    let before = told.value?.count ?? 0
    try simulation.run { [ann] in try await ann.close() }
    #expect(told.value?.count == before + 1)
    #expect(told.value?.last?.presence == [])
  }

  /// More than the server remembers of ended relations, so that a waiting poll's position is forgotten.
  @Test func manyDropsAtOnceReachAWaitingPoll() throws {
    let token = try server.token(of: "carol")
    let users = try (0..<1200).map { try server.user("u\($0)") }
    func post(_ change: PresenceListRequest) throws {
      var request = ClientAPI.changePresenceList(change)
      request.accessToken = token
      #expect(try server.respond(to: request).status == 200)
    }
    try post(PresenceListRequest(invite: Array(users.prefix(1000))))
    try post(PresenceListRequest(invite: Array(users.dropFirst(1000))))
    let carol = try server.client.session(
      Credentials(userID: server.user("carol"), deviceID: nil, accessToken: token))
    let screen = server.connect(carol)
    simulation.advance(by: .seconds(1))
    try #require(screen.roster.contacts.count == 1200)
    // Answered at once, so that what follows waits to be answered together.
    try post(PresenceListRequest(drop: [users[0]]))
    try post(PresenceListRequest(drop: Array(users[1..<1000])))
    try post(PresenceListRequest(drop: Array(users[1000..<1100])))
    simulation.advance(by: .seconds(60))
    #expect(screen.roster.contacts.count == 100)
  }

  @Test func aPollThatRacesALogoutLeavesNobodyOnline() throws {
    let annsScreen = server.connect(ann)
    simulation.advance(by: .seconds(5))
    simulation.start { [bob] in
      await withDiscardingTaskGroup { group in
        group.addTask { _ = try? await bob.sync(since: SyncToken("p1"), wait: .seconds(100), as: .online) }
        group.addTask { try? await bob.logout() }
      }
    }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.state(of: bob.userID) == .offline)
  }

  @Test func aPollWhoseCallerLeftBeforeItOpenedDoesNotOutliveClosing() throws {
    let annsScreen = server.connect(ann)
    simulation.advance(by: .seconds(5))
    simulation.start { [bob] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { _ = try? await bob.sync(since: SyncToken("p1"), wait: .seconds(100), as: .online) }
        await Task.yield()
        group.cancelAll()
        try? await bob.close()
      }
    }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.state(of: bob.userID) == .offline)
  }

  @Test func aRenamedAskerIsRenamedBesideTheQuestion() throws {
    let carol = try server.register("carol")
    let annsScreen = server.connect(ann)
    try simulation.run { [ann] in try await carol.invite(ann.userID) }
    simulation.advance(by: .seconds(1))
    try simulation.run { try await carol.setDisplayName("Carol B.") }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.roster.invites[carol.userID]?.displayName == "Carol B.")
  }

  @Test func peopleInvitedAtOnceStandInTheOrderTheyWereInvited() throws {
    let names = try ["zoe", "adam", "mia"].map { try server.user($0) }
    try simulation.run { [ann] in for user in names { try await ann.invite(user) } }
    let screen = server.connect(ann)
    #expect(screen.roster.contacts.keys.elements == [bob.userID] + names)
  }

  /// Whoever missed the end and the new beginning has to hear both.
  @Test func aRelationEndedAndBegunAnewInOneBatchIsAsIfSeenWhole() throws {
    try simulation.run { [bob] in try await bob.setDisplayName("Bobby") }
    let carol = try server.register("carol")
    try server.befriend(ann, carol)
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(2))
    try simulation.run { try await carol.setStatus(.busy, text: "x") }
    try simulation.run { [ann, bob] in
      try await bob.revoke(ann.userID)
      try await ann.invite(bob.userID)
    }
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.contacts[bob.userID]?.displayName == nil)
    #expect(screen.roster.contacts.keys.elements == [carol.userID, bob.userID])
  }

  @Test func aDeviceWithTooManyPollsOpenIsToldToWait() throws {
    let since = try simulation.run { [ann] in
      try await ann.sync(since: nil, wait: .zero, as: .offline).nextBatch
    }
    simulation.start { [ann] in
      await withDiscardingTaskGroup { group in
        for _ in 0..<16 {
          group.addTask { _ = try? await ann.sync(since: since, wait: .seconds(300), as: .offline) }
        }
      }
    }
    try #require(server.homeserver.waitingPolls == 16)
    let refused = #expect(throws: SDKError.self) {
      try simulation.run { [ann] in
        _ = try await ann.sync(since: since, wait: .seconds(300), as: .offline)
      }
    }
    #expect(refused?.code == .rateLimited)
    #expect(refused?.isTransient == true)
    #expect(refused?.retryAfter == .seconds(1))
    #expect(server.homeserver.waitingPolls == 16)
  }

  @Test func aServerThatStoppedSaysSo() throws {
    server.stop()
    let refused = #expect(throws: SDKError.self) {
      try simulation.run { [ann] in try await ann.setStatus(.busy, text: nil) }
    }
    #expect(refused?.code == .unreachable)
    #expect(try server.respond(to: ClientAPI.versions()).status == 503)
  }
}
