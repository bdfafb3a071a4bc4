import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What becomes of the answers of servers that differ, line by line of the table in Protocol 9.6.
struct OrdinaryServerTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }
  private let here = #"{"presence":"online","currently_active":true,"last_active_ago":5}"#

  init() throws { scene = try OrdinaryScene() }

  private func contact(_ user: UserID, _ roster: Box<Roster>) throws -> Contact {
    try #require(roster.value?.contact(user))
  }

  // MARK: Presence that is off

  /// Synapse takes a status and answers as if everybody was offline.
  @Test func aSynapseWithoutPresenceShowsNobodyAsOffline() throws {
    server.tell(scene.chats(with: [scene.bob, scene.far]))
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let (source, roster) = try scene.start()
    for user in [scene.bob, scene.far] {
      #expect(try contact(user, roster).state == .unknown)
      #expect(try contact(user, roster).unknownReason == .presenceOff)
    }
    #expect(source.verdict.presence == .off(.withoutEffect))
    #expect(roster.value?.own.state == .unknown)
  }

  @Test func aServerOfTheConduitFamilySaysThatItIsOff() throws {
    server.tell(scene.chats(with: [scene.bob]))
    let refusal = #"{"errcode":"M_FORBIDDEN","error":"Presence is disabled on this server"}"#
    server.reply("GET status", with: refusal, status: 403)
    server.reply("PUT status", with: refusal, status: 403)
    let (source, roster) = try scene.start()
    #expect(source.verdict.presence == .off(.refused))
    #expect(try contact(scene.bob, roster).unknownReason == .presenceOff)
  }

  /// Dendrite answers with what it never stored.
  @Test(arguments: [#"{"presence":""}"#, #"{"presence":"unavailable","last_active_ago":99}"#])
  func aDendriteWithoutPresenceSaysTheSameWhateverIsSet(answer: String) throws {
    server.tell(scene.chats(with: [scene.bob]))
    server.reply("GET status", with: answer)
    let (source, _) = try scene.start()
    #expect(source.verdict.presence == .off(.unchanged))
  }

  @Test func nothingClaimsThatAStatusWasSetWhereItHasNoEffect() throws {
    server.tell(scene.chats(with: [scene.bob]))
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let (source, roster) = try scene.start()
    let before = server.statuses.count
    let update = StatusUpdate(presence: .unavailable, statusMessage: "tea")
    let error = #expect(throws: SDKError.self) { try scene.perform(.publish(update), by: source) }
    #expect(error?.message == "presence is switched off on plain.example: nobody would see it")
    #expect(error?.isTransient == false)
    #expect(server.statuses.count == before)
    #expect(roster.value?.own.state == .unknown)
    _ = try simulation.run { await source.leave(saying: nil, patience: .seconds(1)) }
    #expect(server.statuses.count == before)
  }

  @Test func aShellNoticesByItsOwnStatusThatItIsOff() throws {
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let source = RoomRosterSource(scene.session, .plain, isReading: true, seed: 1)
    let update = StatusUpdate(presence: .online, statusMessage: "tea")
    let error = #expect(throws: SDKError.self) { try scene.perform(.publish(update), by: source) }
    #expect(error?.message == "presence is switched off on plain.example: nobody would see it")
  }

  @Test func aServerThatKeepsWhatIsSetIsNotTakenForOneWithoutPresence() throws {
    server.tell(scene.chats(with: [scene.bob]))
    server.reply("GET status") { [server, ann = scene.ann] request in
      let isOwn = request.path.contains(ann.rawValue)
      return .json(PresenceContent(state: isOwn ? server.statuses.last?.presence ?? .offline : .offline))
    }
    let (source, roster) = try scene.start()
    #expect(source.verdict.presence == .works)
    #expect(roster.value?.own.state == .online)
    #expect(try contact(scene.bob, roster).state == .offline)
  }

  /// A user who is invisible is not made visible to find something out.
  @Test func nothingIsProvedAtThePriceOfBeingSeen() throws {
    let (source, _) = try scene.start()
    let before = server.statuses.count
    let other = try OrdinaryScene()
    other.server.reply("GET status", with: #"{"presence":"offline"}"#)
    let hidden = RoomRosterSource(other.session, .plain, seed: 1)
    try? other.simulation.run {
      try await hidden.perform(.publish(StatusUpdate(presence: .hidden, statusMessage: nil)))
    }
    other.simulation.start { try? await hidden.run { _ in } }
    other.simulation.advance(by: .seconds(60))
    #expect(other.server.statuses.allSatisfy { $0.presence == .offline })
    #expect(source.verdict.presence == .works && before == 1)
  }

  // MARK: First answers

  /// Synapse leaves out who is offline.
  @Test func silenceAboutAUserOfTheSameServerMeansOffline() throws {
    server.tell(scene.chats(with: [scene.bob, scene.far], presence: [(scene.ann, here)]))
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let (_, roster) = try scene.start()
    #expect(try contact(scene.bob, roster).state == .offline)
    #expect(try contact(scene.far, roster).state == .unknown)
    #expect(try contact(scene.far, roster).unknownReason == .unheard)
  }

  @Test func contactsWhomNobodyMentionsAreAskedForOnce() throws {
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here)]))
    server.reply("GET status", with: #"{"presence":"offline","last_active_ago":60000,"status_msg":"bye"}"#)
    let (_, roster) = try scene.start()
    simulation.advance(by: .seconds(120))
    #expect(try contact(scene.bob, roster).statusText == "bye")
    #expect(try contact(scene.bob, roster).lastSeen != nil)
    #expect(server.requests("GET status").count == 1)
  }

  /// The Conduit family tells everybody, with names and pictures.
  @Test func everybodyMayBeToldWithMoreThanTheirPresence() throws {
    let said =
      #"{"presence":"offline","last_active_ago":7200000,"displayname":"Bob B.","avatar_url":"mxc://a/b"}"#
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here), (scene.bob, said)]))
    let (_, roster) = try scene.start()
    #expect(try contact(scene.bob, roster).state == .offline)
    #expect(try contact(scene.bob, roster).displayName == "Bob B.")
    #expect(server.requests("GET status").isEmpty)
  }

  @Test func aDirectContactOfWhomASynapseTellsComesAndGoes() throws {
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here), (scene.bob, here)]))
    let (_, roster) = try scene.start()
    #expect(try contact(scene.bob, roster).state == .online)
    server.tellPresence([(scene.bob, #"{"presence":"offline","last_active_ago":1000}"#)])
    simulation.advance(by: .seconds(1))
    #expect(try contact(scene.bob, roster).state == .offline)
  }

  /// The Conduit family leaves out the age of a user who is active.
  @Test func anAgeMayBeMissingOrAbsurd() throws {
    let active = #"{"presence":"online","currently_active":true}"#
    let absurd = #"{"presence":"offline","last_active_ago":999999999999999}"#
    server.tell(
      scene.chats(
        with: [scene.bob, scene.far], presence: [(scene.ann, here), (scene.bob, active), (scene.far, absurd)])
    )
    let (_, roster) = try scene.start()
    #expect(try contact(scene.bob, roster).currentlyActive)
    #expect(try contact(scene.far, roster).lastSeen == nil)
  }

  // MARK: States

  @Test(arguments: [
    (#"{"presence":"org.matrix.msc3026.busy"}"#, PresenceState.busy), (#"{"presence":"dnd"}"#, .other("dnd")),
    (#"{"presence":""}"#, .unknown), (#"{"presence":"unavailable","status_msg":null}"#, .unavailable),
    (#"{"presence":"online","status_msg":7,"currently_active":"yes"}"#, .online),
  ])
  func oddStatesAreReadForWhatTheyAre(content: String, state: PresenceState) throws {
    server.tell(scene.chats(with: [scene.bob], presence: [(scene.ann, here), (scene.bob, content)]))
    let (_, roster) = try scene.start()
    #expect(try contact(scene.bob, roster).state == state)
  }

  @Test func anotherDeviceThatIsBusyMakesItsUserBusy() throws {
    server.tell(
      scene.chats(with: [], presence: [(scene.ann, #"{"presence":"org.matrix.msc3026.busy"}"#)]))
    let (_, roster) = try scene.start()
    #expect(roster.value?.own.choice == .busy)
  }

  @Test func twoDevicesThatDisagreeWakeThisOneOnceASecond() throws {
    server.tell(scene.chats(with: [], presence: [(scene.ann, here)]))
    _ = try scene.start()
    let before = server.polls.count
    for number in 0..<200 {
      server.tellPresence([
        (scene.ann, "{\"presence\":\"\(number.isMultiple(of: 2) ? "online" : "unavailable")\"}")
      ])
    }
    simulation.advance(by: .seconds(20))
    #expect(server.polls.count - before <= 30)
  }

  // MARK: Missing endpoints

  @Test func whatAServerCanDoIsReadOfItsVersions() throws {
    server.reply(
      "GET versions",
      with: #"{"versions":["v1.1","v1.12"],"unstable_features":{"org.matrix.msc3026.busy_presence":true,"#
        + #""uk.half-shot.msc2666.query_mutual_rooms":true}}"#)
    let capabilities = try simulation.run { [session = scene.session] in try await session.capabilities() }
    #expect(capabilities.hasBusy && capabilities.hasMutualRooms && !capabilities.hasPresenceLists)
    #expect(capabilities.versions == ["v1.1", "v1.12"])
  }

  @Test func ofAServerThatDoesNotAnswerNothingIsTakenForGranted() throws {
    server.reply("GET versions", with: "", status: 502)
    #expect(throws: SDKError.self) {
      try simulation.run { [session = scene.session] in try await session.capabilities() }
    }
  }

  @Test func aDoctorTellsWhetherThereIsPresence() throws {
    server.tellPresence([(scene.ann, here)])
    let works = try simulation.run { [session = scene.session] in try await session.presenceVerdict(seed: 1) }
    #expect(works.presence == .works && server.statuses.isEmpty)
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let off = try simulation.run { [session = scene.session] in try await session.presenceVerdict(seed: 2) }
    #expect(off.presence == .off(.withoutEffect))
  }
}
