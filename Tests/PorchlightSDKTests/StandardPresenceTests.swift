import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What a server without lists is told of its user, and when (Protocol 9.5).
struct StandardPresenceTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }

  init() throws {
    scene = try OrdinaryScene()
    server.tell(
      scene.chats(
        with: [scene.bob], presence: [(scene.ann, #"{"presence":"online","status_msg":"tea"}"#)]))
  }

  private func publish(_ state: PresenceState, _ text: String?, by source: RoomRosterSource) throws {
    try scene.perform(.publish(StatusUpdate(presence: state, statusMessage: text)), by: source)
  }

  @Test func everyPollSaysWhatIsWantedNow() throws {
    let (source, _) = try scene.start()
    #expect(server.polls.allSatisfy { $0.query("set_presence") == "online" })
    try scene.perform(.idle(since: simulation.time.instant), by: source)
    #expect(server.polls.last?.query("set_presence") == "unavailable")
    try scene.perform(.idle(since: nil), by: source)
    #expect(server.polls.last?.query("set_presence") == "online")
  }

  /// Synapse counts one poll in 10 s: the one after that which is not counted has to come before it forgets the device.
  @Test func aChangeIsSentAtOnceByAPollThatWaitsForTenSeconds() throws {
    let (source, _) = try scene.start()
    #expect(server.polls.last?.query("timeout") == "18000")
    let before = server.polls.count
    try scene.perform(.idle(since: simulation.time.instant), by: source)
    #expect(server.polls.count == before + 1)
    #expect(server.polls.last?.query("timeout") == "10000")
    simulation.advance(by: .seconds(3))
    server.tellPresence([(scene.bob, #"{"presence":"online"}"#)])
    simulation.advance(by: .milliseconds(100))
    let rest = try #require(server.polls.last?.query("timeout").flatMap { Int($0) })
    #expect((5900...6100).contains(rest))
    simulation.advance(by: .seconds(7))
    #expect(server.polls.last?.query("timeout") == "18000")
    #expect(server.polls.last?.query("set_presence") == "unavailable")
  }

  @Test func firstPollsDifferSoThatNoKeptAnswerIsGoodForTwo() throws {
    _ = try scene.start()
    let source = RoomRosterSource(scene.session, .plain, seed: 2)
    _ = try simulation.run { try await source.read() }
    let first = server.polls.filter { $0.query("since") == nil }.map { $0.query("timeout") }
    #expect(first.count == 2 && Set(first).count == 2)
  }

  @Test func readingMakesNobodyOnline() throws {
    let source = RoomRosterSource(scene.session, .plain, isReading: true, seed: 2)
    simulation.start { try? await source.run { _ in } }
    simulation.advance(by: .seconds(60))
    #expect(server.polls.allSatisfy { $0.query("set_presence") == "offline" })
    #expect(server.statuses.isEmpty)
  }

  @Test(arguments: [
    (PresenceState.online, "online", "online"), (.unavailable, "unavailable", "unavailable"),
    (.hidden, "offline", "offline"), (.freeForChat, "online", "online"),
    (.busy, "unavailable", "unavailable"),
  ])
  func aChoiceIsSetWithItsTextAndStays(choice: PresenceState, set: String, polled: String) throws {
    let (source, _) = try scene.start()
    try publish(choice, "tea", by: source)
    #expect(server.statuses.map(\.presence.wire) == [set])
    #expect(server.statuses.map(\.statusMessage) == ["tea"])
    simulation.advance(by: .seconds(60))
    #expect(server.polls.suffix(3).allSatisfy { $0.query("set_presence") == polled })
  }

  @Test func busyIsSetByItsOwnWordWhereTheServerHasIt() throws {
    let (source, roster) = try scene.start(OrdinaryServer.features)
    try publish(.busy, "writing", by: source)
    let body = String(decoding: server.requests("PUT status").last?.body ?? [], as: UTF8.self)
    #expect(body.contains(#""presence":"org.matrix.msc3026.busy""#))
    #expect(server.polls.last?.query("set_presence") == "unavailable")
    #expect(roster.value?.own.choice == .busy)
  }

  @Test func whatOthersSeeInsteadIsSaid() {
    #expect(RosterTraits.rooms(hasBusy: false).shown(.busy) == .unavailable)
    #expect(RosterTraits.rooms(hasBusy: true).shown(.busy) == .busy)
    #expect(RosterTraits.rooms(hasBusy: true).shown(.freeForChat) == .online)
    #expect(RosterTraits.lists.shown(.freeForChat) == .freeForChat)
  }

  @Test func aTextThatIsClearedIsSentAsAnEmptyOne() throws {
    let (source, _) = try scene.start()
    try publish(.online, nil, by: source)
    #expect(server.statuses.last?.statusMessage == "")
  }

  /// The echo ends the poll that waits before the server has answered who set it.
  @Test func theOwnEchoThatOvertakesItsAnswerTakesNothingBack() throws {
    let (source, _) = try scene.start()
    server.delay(.seconds(2))
    simulation.start {
      try? await source.perform(.publish(StatusUpdate(presence: .unavailable, statusMessage: "tea")))
    }
    simulation.advance(by: .milliseconds(100))
    let before = server.polls.count
    server.tellPresence([(scene.ann, #"{"presence":"unavailable","status_msg":"tea"}"#)])
    simulation.advance(by: .seconds(1))
    #expect(server.polls.count > before)
    #expect(server.polls.dropFirst(before).allSatisfy { $0.query("set_presence") == "unavailable" })
  }

  @Test func theServersYesIsShownAlsoWhereNothingChanges() throws {
    let (source, roster) = try scene.start()
    try publish(.hidden, "tea", by: source)
    #expect(roster.value?.own.choice == .hidden)
    #expect(roster.value?.own.state == .hidden)
    #expect(roster.value?.own.statusText == "tea")
  }

  @Test func anIdleUserIsStillWhoTheyChoseToBe() throws {
    let (source, roster) = try scene.start()
    try scene.perform(.idle(since: simulation.time.instant), by: source)
    server.tellPresence([(scene.ann, #"{"presence":"unavailable","status_msg":"tea"}"#)])
    simulation.advance(by: .seconds(1))
    #expect(roster.value?.own.choice == .online)
    #expect(roster.value?.own.state == .unavailable)
  }

  @Test func aRefusedChoiceIsTakenBack() throws {
    let (source, _) = try scene.start()
    server.reply(
      "PUT status", with: #"{"errcode":"M_UNKNOWN","error":"Invalid presence state"}"#, status: 400)
    let error = #expect(throws: SDKError.self) { try publish(.unavailable, "tea", by: source) }
    #expect(error?.message == "plain.example does not take it (M_UNKNOWN)")
    simulation.advance(by: .seconds(1))
    #expect(server.polls.last?.query("set_presence") == "online")
  }

  @Test func theFirstKeyAfterIdlenessSetsWhatItChose() throws {
    let (source, _) = try scene.start()
    let publisher = PresencePublisher(source: source, seed: 1)
    simulation.start { await publisher.run { _ in } }
    publisher.reportIdle(since: simulation.time.instant)
    simulation.advance(by: .seconds(20))
    publisher.reportIdle(since: nil)
    publisher.publish(StatusUpdate(presence: .online, statusMessage: "back"))
    simulation.advance(by: .seconds(1))
    #expect(server.statuses == [StatusUpdate(presence: .online, statusMessage: "back")])
  }

  /// A Synapse that gets the first late takes the second as late.
  @Test func theSecondStatusLeavesTimeForTheFirstToArrive() throws {
    let (source, _) = try scene.start()
    let publisher = PresencePublisher(source: source, seed: 1)
    simulation.start { await publisher.run { _ in } }
    publisher.publish(StatusUpdate(presence: .online, statusMessage: "a"))
    simulation.advance(by: .milliseconds(100))
    publisher.publish(StatusUpdate(presence: .online, statusMessage: "b"))
    simulation.advance(by: .milliseconds(10_200))
    #expect(server.statuses.count == 1)
    simulation.advance(by: .seconds(1))
    #expect(server.statuses.count == 2)
  }

  @Test func mashedKeysCostTwoRequestsAndEndRight() throws {
    let (source, _) = try scene.start()
    let publisher = PresencePublisher(source: source, spacing: source.traits.statusSpacing, seed: 1)
    simulation.start { await publisher.run { _ in } }
    for number in 1...20 {
      publisher.publish(StatusUpdate(presence: .online, statusMessage: "text \(number)"))
      simulation.advance(by: .milliseconds(250))
    }
    simulation.advance(by: .seconds(10))
    #expect(server.statuses.map(\.statusMessage) == ["text 1", "text 20"])
  }

  /// Synapse names the wait in the body and in no header; others name none.
  @Test(arguments: [#","retry_after_ms":9000"#, ""])
  func aServerThatIsAskedTooOftenIsAskedLaterForTheNewestOnly(wait: String) throws {
    let (source, _) = try scene.start()
    let publisher = PresencePublisher(source: source, spacing: .seconds(1), seed: 1)
    simulation.start { await publisher.run { _ in } }
    server.reply(
      "PUT status", with: #"{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests"\#(wait)}"#, status: 429)
    publisher.publish(StatusUpdate(presence: .online, statusMessage: "a"))
    simulation.advance(by: .seconds(4))
    publisher.publish(StatusUpdate(presence: .online, statusMessage: "b"))
    #expect(server.statuses.count == 1)
    server.reply("PUT status", with: "{}")
    simulation.advance(by: .seconds(8))
    #expect(server.statuses.map(\.statusMessage) == ["a", "b"])
  }

  @Test func whoLeavesIsOfflineAtOnceAndKeepsTheText() throws {
    let (source, _) = try scene.start()
    let farewell = try simulation.run { await source.leave(saying: nil, patience: .seconds(1)) }
    #expect(farewell == RosterFarewell())
    #expect(server.statuses == [StatusUpdate(presence: .offline, statusMessage: "tea")])
  }

  @Test func whatWasChosenLastGoesAlong() throws {
    let (source, _) = try scene.start()
    let status = StatusUpdate(presence: .unavailable, statusMessage: "off to the sea")
    let farewell = try simulation.run { await source.leave(saying: status, patience: .seconds(1)) }
    #expect(farewell.isStatusTaken)
    #expect(server.statuses == [StatusUpdate(presence: .offline, statusMessage: "off to the sea")])
  }

  @Test func aServerThatDoesNotAnswerKeepsNobodyFromLeaving() throws {
    let (source, _) = try scene.start()
    server.delay(.seconds(100))
    let began = simulation.time.instant
    _ = try simulation.run { await source.leave(saying: nil, patience: .seconds(1)) }
    #expect(simulation.time.instant - began <= .seconds(1))
  }
}
