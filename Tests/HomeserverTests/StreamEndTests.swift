import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// What ends a poll, which positions it goes on from, and how many there may be.
extension StreamTests {
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
