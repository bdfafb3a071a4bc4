import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// A roster whose server does not say at once what it can do.
struct DeferredRosterTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }

  init() throws { scene = try OrdinaryScene() }

  private func start(_ source: any RosterSource) -> Box<[RosterStep]> {
    let steps = Box<[RosterStep]>()
    simulation.start { try? await source.run { step in steps.set((steps.value ?? []) + [step]) } }
    simulation.advance(by: .seconds(1))
    return steps
  }

  @Test func itCountsDownUntilTheServerIsThere() throws {
    server.reply("GET versions", with: "", status: 502)
    let source = scene.session.rosterSource(nil, seed: 1)
    let steps = start(source)
    guard case .interrupted? = steps.value?.first else {
      Issue.record("not told: \(steps.value ?? [])")
      return
    }
    #expect(server.polls.isEmpty)
    server.reply("GET versions", with: #"{"versions":["v1.1"],"unstable_features":{}}"#)
    simulation.advance(by: .seconds(90))
    #expect(steps.value?.contains(.settled(.rooms(hasBusy: false))) == true)
    #expect(source.traits.contacts == .rooms)
    #expect(!server.polls.isEmpty)
  }

  @Test func aTryIsMadeAtOnceWhereItIsAskedFor() throws {
    server.reply("GET versions", with: "", status: 502)
    let source = scene.session.rosterSource(nil, seed: 1)
    _ = start(source)
    simulation.advance(by: .seconds(200))
    server.reply("GET versions", with: #"{"versions":["v1.1"],"unstable_features":{}}"#)
    scene.session.reconnect()
    simulation.advance(by: .seconds(1))
    #expect(source.traits.contacts == .rooms)
  }

  @Test func aStatusWaitsAndAChangeDoesNot() throws {
    server.reply("GET versions", with: "", status: 502)
    let source = scene.session.rosterSource(nil, seed: 1)
    _ = start(source)
    #expect(throws: SDKError.self) {
      try simulation.run { [bob = scene.bob] in try await source.perform(.change(.invite(bob))) }
    }
    simulation.start {
      try? await source.perform(.publish(StatusUpdate(presence: .unavailable, statusMessage: "tea")))
    }
    simulation.advance(by: .seconds(20))
    #expect(server.statuses.isEmpty)
    server.reply("GET versions", with: #"{"versions":["v1.1"],"unstable_features":{}}"#)
    simulation.advance(by: .seconds(90))
    #expect(server.statuses.contains(StatusUpdate(presence: .unavailable, statusMessage: "tea")))
  }

  @Test func aRefusalIsSaidInWords() throws {
    server.reply("GET versions", with: #"{"errcode":"M_UNRECOGNIZED","error":"no"}"#, status: 404)
    let error = #expect(throws: SDKError.self) {
      try simulation.run { [session = scene.session] in try await session.capabilities() }
    }
    #expect(
      error?.message
        == "plain.example does not say what it can do (M_UNRECOGNIZED): is that its address?")
  }

  @Test func aFeatureThatIsNeitherYesNorNoCostsNoOtherOne() throws {
    server.reply(
      "GET versions",
      with: #"{"versions":["v1.1"],"unstable_features":{"a":"yes","org.matrix.msc3026.busy_presence":true}}"#)
    let capabilities = try simulation.run { [session = scene.session] in try await session.capabilities() }
    #expect(capabilities.hasBusy)
  }

  /// What listens is not asked for more than it takes.
  @Test func aRosterThatTakesNothingIsNotPolledFor() throws {
    let source = RoomRosterSource(scene.session, .plain, seed: 1)
    simulation.start { [time = simulation.time] in
      try? await source.run { _ in try? await time.sleep(until: time.instant + .seconds(3600)) }
    }
    for number in 1...100 {
      server.tellPresence([(scene.bob, "{\"presence\":\"online\",\"status_msg\":\"\(number)\"}")])
    }
    simulation.advance(by: .seconds(600))
    #expect(server.polls.count <= 2)
  }

  // MARK: Good-bye

  private func leave(_ answer: String, status: Int) throws -> RosterFarewell {
    server.tell(
      scene.chats(with: [], presence: [(scene.ann, #"{"presence":"online","status_msg":"tea"}"#)]))
    let (source, _) = try scene.start()
    let answers = Mutex(0)
    server.reply("PUT status") { _ in
      let isFirst = answers.withLock { count in
        count += 1
        return count == 1
      }
      return WireResponse(status: isFirst ? status : 200, body: Array((isFirst ? answer : "{}").utf8))
    }
    let wanted = StatusUpdate(presence: .unavailable, statusMessage: "bye")
    return try simulation.run { await source.leave(saying: wanted, patience: .seconds(1)) }
  }

  @Test func aGoodByeThatComesTooSoonIsSaidAgainWhereTheServerTakesItSoon() throws {
    let farewell = try leave(#"{"errcode":"M_LIMIT_EXCEEDED","error":"","retry_after_ms":400}"#, status: 429)
    #expect(farewell == RosterFarewell(isStatusTaken: true))
    #expect(server.statuses.count == 2)
  }

  @Test func elsewhereItIsSaidThatOthersSeeTheUserLonger() throws {
    let farewell = try leave(#"{"errcode":"M_LIMIT_EXCEEDED","error":"","retry_after_ms":9000}"#, status: 429)
    #expect(farewell == RosterFarewell(isTooSoon: true))
    #expect(server.statuses.count == 1)
  }

  // MARK: The own name

  @Test func theProfileSaysWhatTheUserIsCalled() throws {
    server.reply("GET \(scene.ann.rawValue)", with: #"{"displayname":"Ann A."}"#)
    let join = #"{"membership":"join","displayname":"Captain"}"#
    let member =
      #"{"type":"m.room.member","sender":"\#(scene.ann)","state_key":"\#(scene.ann)","content":\#(join)}"#
    server.tell(
      #""rooms":{"join":{"!r:plain.example":{"state":{"events":[\#(member)]}}}},"#
        + #""presence":{"events":[{"type":"m.presence","sender":"\#(scene.ann)","content":{"presence":"online"}}]}"#
    )
    let (_, roster) = try scene.start()
    #expect(roster.value?.own.displayName == "Ann A.")
  }
}
