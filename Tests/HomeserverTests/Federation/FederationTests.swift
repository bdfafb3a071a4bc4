internal import Homeserver
internal import MatrixWire
internal import OrderedCollections
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import PresenceFederation
internal import Testing

/// Two homeservers whose people see each other, through every layer but the network.
struct FederationTests {
  let simulation: Simulation
  let network = TestNetwork()
  let red: TestHomeserver
  let blue: TestHomeserver
  let ann: Session
  let bob: Session

  init() throws {
    simulation = Simulation()
    red = try network.start("red.example", in: simulation, seed: 1)
    blue = try network.start("blue.example", in: simulation, seed: 2)
    ann = try red.register("ann")
    bob = try blue.register("bob")
  }

  private func annSeesBob() throws {
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    try simulation.run { [ann, bob] in try await bob.accept(ann.userID) }
    simulation.advance(by: .seconds(1))
  }

  @Test func anInviteIsAskedAndAcceptedAcrossServers() throws {
    let (atAnn, atBob) = (red.connect(ann), blue.connect(bob))
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    #expect(Array(atBob.roster.invites.keys) == [ann.userID])
    try simulation.run { [ann, bob] in try await bob.accept(ann.userID) }
    simulation.advance(by: .seconds(2))
    #expect(atAnn.state(of: bob.userID) == .online)
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "thinking") }
    simulation.advance(by: .seconds(15))
    #expect(atAnn.state(of: bob.userID) == .busy)
    #expect(atAnn.roster.contacts[bob.userID]?.statusText == "thinking")
    try simulation.run { [bob] in try await bob.setDisplayName("Bob the Builder") }
    simulation.advance(by: .seconds(15))
    #expect(atAnn.roster.contacts[bob.userID]?.displayName == "Bob the Builder")
  }

  @Test func aRevocationReachesTheOtherServer() throws {
    try annSeesBob()
    let atAnn = red.connect(ann)
    simulation.advance(by: .seconds(2))
    #expect(atAnn.state(of: bob.userID) == .offline)
    try simulation.run { [ann, bob] in try await bob.revoke(ann.userID) }
    simulation.advance(by: .seconds(2))
    #expect(atAnn.roster.contacts[bob.userID] == nil)
  }

  @Test func aDenialReachesTheOtherServer() throws {
    let atAnn = red.connect(ann)
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    #expect(atAnn.roster.contacts[bob.userID] != nil)
    try simulation.run { [ann, bob] in try await bob.deny(ann.userID) }
    simulation.advance(by: .seconds(1))
    #expect(atAnn.roster.contacts[bob.userID] == nil)
  }

  @Test func aDropReachesTheOtherServer() throws {
    try annSeesBob()
    try simulation.run { [ann, bob] in try await ann.drop(bob.userID) }
    simulation.advance(by: .seconds(1))
    let list = try simulation.run { [bob] in try await bob.presenceList() }
    #expect(list.observers == [])
  }

  @Test func aServerThatIsCutOffIsUnknownAndComesBack() throws {
    try annSeesBob()
    let (atAnn, _) = (red.connect(ann), blue.connect(bob))
    simulation.advance(by: .seconds(20))
    #expect(atAnn.state(of: bob.userID) == .online)
    network.cut(blue.name)
    simulation.advance(by: .seconds(71))
    #expect(atAnn.state(of: bob.userID) == .unknown)
    #expect(atAnn.roster.contacts[bob.userID]?.unknownReason == .unreachable)
    network.cut(blue.name, false)
    simulation.advance(by: .seconds(45))
    #expect(atAnn.state(of: bob.userID) == .online)
  }

  @Test func anAcceptanceOutlivesAStart() throws {
    let store = MemoryServerStore()
    let green = try network.start("green.example", in: simulation, store: store, seed: 3)
    let cat = try green.register("cat")
    try simulation.run { [ann] in try await ann.invite(cat.userID) }
    simulation.advance(by: .seconds(1))
    network.cut(red.name)
    try simulation.run { [ann] in try await cat.accept(ann.userID) }
    simulation.advance(by: .seconds(10))
    green.stop()
    network.remove(green.name)
    network.cut(red.name, false)
    let again = try network.start("green.example", in: simulation, store: store, seed: 3)
    simulation.advance(by: .seconds(60))
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.map(\.state) == [.accepted])
    again.stop()
  }

  /// A peer that was given a promise and was not greeted after a crash would believe it for an hour.
  @Test func whoBeginsToWatchIsStoredBeforeTheAnswer() throws {
    let store = MemoryServerStore()
    let green = try network.start("green.example", in: simulation, store: store, seed: 3)
    let cat = try green.register("cat")
    try simulation.run { [ann] in try await ann.invite(cat.userID) }
    simulation.advance(by: .seconds(1))
    try simulation.run { [ann] in try await cat.accept(ann.userID) }
    simulation.advance(by: .seconds(10))
    let name = green.name
    func watchers() throws -> [ServerName] {
      let stored = try simulation.run { try await store.load(for: name) }
      return stored.peers.filter(\.isSubscribed).map(\.name)
    }
    #expect(try watchers() == [])
    // The poll leaves within a second; what may be written behind is, two seconds later.
    _ = red.connect(ann)
    simulation.advance(by: .milliseconds(1_100))
    #expect(try watchers() == [red.name])
    green.stop()
  }

  @Test func statusOfSomebodyElsewhereIsAskedOnce() throws {
    try annSeesBob()
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "reading") }
    let content = try simulation.run { [ann, bob] in try await ann.status(of: bob.userID) }
    #expect(content.statusMessage == "reading")
    let profile = try simulation.run { [ann, bob] in try await ann.profile(of: bob.userID) }
    #expect(profile.displayName == nil)
  }

  @Test func whoIsNotAllowedGetsTheSameForSomebodyAndNobody() throws {
    for user in [bob.userID, try blue.user("nobody")] {
      let answer = try simulation.run { [ann] () async -> PresenceContent? in
        try? await ann.status(of: user)
      }
      #expect(answer == nil)
    }
    #expect(network.sent.isEmpty)
  }

  /// Nobody looked for a while, so nobody there was asked: a user who reads the list is told all the same.
  @Test func theListIsCompleteAlthoughNobodyLooked() throws {
    try annSeesBob()
    let atBob = blue.connect(bob)
    simulation.advance(by: .seconds(200))
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.map(\.presence.state) == [.online])
    atBob.vanish()
  }

  @Test func theListWaitsNotLongForAServerThatIsSilent() throws {
    try annSeesBob()
    simulation.advance(by: .seconds(300))
    network.cut(blue.name)
    let before = simulation.time.instant
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.map(\.presence.state) == [.unknown])
    #expect(simulation.time.instant - before <= .seconds(2))
  }

  @Test func whoHidesDoesNotAskWithTheirList() throws {
    try annSeesBob()
    try simulation.run { [ann] in try await ann.setStatus(.hidden, text: nil) }
    simulation.advance(by: .seconds(300))
    let (before, sent) = (simulation.time.instant, network.sent.count)
    _ = try simulation.run { [ann] in try await ann.presenceList() }
    #expect(simulation.time.instant == before)
    #expect(network.sent.count == sent)
  }

  @Test func aNameChangedWhileHidingGoesOutWhenItsOwnerIsBack() throws {
    try annSeesBob()
    let (atAnn, _) = (red.connect(ann), blue.connect(bob))
    simulation.advance(by: .seconds(5))
    try simulation.run { [bob] in try await bob.setStatus(.hidden, text: nil) }
    simulation.advance(by: .seconds(20))
    try simulation.run { [bob] in try await bob.setDisplayName("Nobody") }
    // Long timers fire meanwhile: the reminder and its answer say what was said before.
    simulation.advance(by: .seconds(3 * 3600))
    #expect(atAnn.state(of: bob.userID) == .offline)
    #expect(!network.carried("Nobody"))
    try simulation.run { [bob] in try await bob.setStatus(.online, text: nil) }
    simulation.advance(by: .seconds(20))
    #expect(atAnn.roster.contacts[bob.userID]?.displayName == "Nobody")
  }

  @Test func upperCaseServerNamesAreTheSame() throws {
    let loud = try UserID("@bob:BLUE.example").orThrow("a user")
    try simulation.run { [ann] in try await ann.invite(loud) }
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.map(\.userID) == [bob.userID])
  }
}
