import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Finding out whether a server has presence, beside what its user chooses meanwhile.
struct ProofTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }

  init() throws { scene = try OrdinaryScene() }

  private func publish(_ presence: PresenceState, by source: RoomRosterSource) {
    simulation.start {
      try? await source.perform(.publish(StatusUpdate(presence: presence, statusMessage: "tea")))
    }
  }

  /// The first answer says nothing of Ann, so that her status is asked for and then set.
  @Test func whoBecomesInvisibleMeanwhileIsNotMadeVisible() throws {
    server.delay(.seconds(2))
    let (source, _) = try scene.start()
    #expect(server.requests("GET status").count == 1 && server.statuses.isEmpty)
    publish(.hidden, by: source)
    simulation.advance(by: .seconds(60))
    #expect(server.statuses.map(\.presence) == [.offline])
  }

  @Test func whoGoesIdleMeanwhileIsNotMadeActive() throws {
    server.delay(.seconds(2))
    let (source, _) = try scene.start()
    try scene.perform(.idle(since: simulation.time.instant), by: source)
    simulation.advance(by: .seconds(10))
    #expect(server.statuses.isEmpty)
  }

  @Test func aChoiceComesAfterTheStatusThatIsOnItsWay() throws {
    server.delay(.seconds(2))
    let (source, _) = try scene.start()
    simulation.advance(by: .milliseconds(1500))
    #expect(server.statuses.map(\.presence) == [.online])
    publish(.hidden, by: source)
    simulation.advance(by: .seconds(1))
    #expect(server.statuses.count == 1)
    simulation.advance(by: .seconds(20))
    #expect(server.statuses.map(\.presence) == [.online, .offline])
  }

  @Test func aStatusThatWasSetMeanwhileIsProofEnough() throws {
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    server.delay(.seconds(2))
    let (source, _) = try scene.start()
    publish(.online, by: source)
    simulation.advance(by: .seconds(20))
    #expect(server.statuses.map(\.statusMessage) == ["tea"])
    #expect(source.verdict.isOff)
  }

  // MARK: What a status shows

  @Test func aStatusThatWasTakenIsSetAlsoWhereTheServerDoesNotShowIt() throws {
    server.reply("GET status", with: "", status: 500)
    let (source, _) = try scene.start()
    #expect(throws: Never.self) {
      try scene.perform(.publish(StatusUpdate(presence: .online, statusMessage: "tea")), by: source)
    }
  }

  @Test func aServerThatSaysThatItIsOffWhenItIsAskedIsBelieved() throws {
    let refusal = #"{"errcode":"M_FORBIDDEN","error":"Presence is disabled on this server"}"#
    server.reply("GET status", with: refusal, status: 403)
    let source = RoomRosterSource(scene.session, .plain, isReading: true, seed: 1)
    let words = "presence is switched off on plain.example: nobody would see it"
    let error = #expect(throws: SDKError.self) {
      try scene.perform(.publish(StatusUpdate(presence: .online, statusMessage: "tea")), by: source)
    }
    #expect(error?.message == words)
    let asked = #expect(throws: SDKError.self) {
      try simulation.run { [session = scene.session] in try await session.ownStatusText() }
    }
    #expect(asked?.message == words)
  }

  // MARK: What was found out does not last

  @Test func aServerThatComesBackWithoutPresenceIsNoticed() throws {
    let here = #"{"presence":"online","currently_active":true,"last_active_ago":5}"#
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here)]))
    let (source, roster) = try scene.start()
    #expect(source.verdict.presence == .works)
    server.reply("GET sync", with: "", status: 502)
    simulation.advance(by: .seconds(25))
    #expect(source.verdict.presence == .unknown)
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    server.resumePolls()
    simulation.advance(by: .seconds(90))
    #expect(source.verdict.presence == .off(.withoutEffect))
    #expect(roster.value?.contact(scene.bob)?.unknownReason == .presenceOff)
  }

  /// Nobody's row changes for that it has to be seen again.
  @Test func anInterruptionAloneChangesNoContact() throws {
    let here = #"{"presence":"online","currently_active":true,"last_active_ago":5}"#
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here)]))
    server.reply("GET status") { [ann = scene.ann] request in
      let isOwn = request.path.contains(ann.rawValue)
      return .json(PresenceContent(state: isOwn ? .online : .offline))
    }
    let (source, roster) = try scene.start()
    let before = try #require(roster.value?.contact(scene.bob))
    #expect(before.state == .offline)
    server.reply("GET sync", with: "", status: 502)
    simulation.advance(by: .seconds(25))
    server.resumePolls()
    simulation.advance(by: .seconds(90))
    #expect(source.verdict.presence == .works)
    #expect(roster.value?.contact(scene.bob) == before)
  }
}
