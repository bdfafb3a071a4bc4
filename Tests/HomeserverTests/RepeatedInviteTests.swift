import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// Invites that are repeated: the asked person's screen is not the asker's to fill.
struct RepeatedInviteTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: Session
  let bob: Session
  let bobsScreen: Listener

  init() throws {
    server = try TestHomeserver(simulation)
    ann = try server.register("ann")
    bob = try server.register("bob")
    bobsScreen = server.connect(bob)
    simulation.advance(by: .seconds(1))
  }

  /// Ann asks Bob, takes it back, and asks again.
  private func askTwice() throws {
    try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await ann.drop(bob.userID)
      try await ann.invite(bob.userID)
    }
  }

  private var timesAsked: Int {
    bobsScreen.changes.filter { if case .invited = $0 { true } else { false } }.count
  }

  @Test func aStormOfInvitesIsDeliveredOnceAMinute() throws {
    for _ in 0..<200 {
      try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
      simulation.advance(by: .milliseconds(100))
      try simulation.run { [ann, bob] in try await ann.drop(bob.userID) }
      simulation.advance(by: .milliseconds(150))
    }
    #expect(timesAsked == 1)
  }

  @Test func anInviteRepeatedWithinItsMinuteIsNotSeenAtOnce() throws {
    try askTwice()
    simulation.advance(by: .seconds(58))
    #expect(bobsScreen.roster.invites.isEmpty)
  }

  @Test func anInviteRepeatedWithinItsMinuteIsSeenAtTheEndOfIt() throws {
    try askTwice()
    simulation.advance(by: .seconds(61))
    #expect(bobsScreen.roster.invites.keys.elements == [ann.userID])
  }

  @Test func anInviteTakenBackWithinItsMinuteIsNeverSeen() throws {
    try askTwice()
    try simulation.run { [ann, bob] in try await ann.drop(bob.userID) }
    simulation.advance(by: .seconds(300))
    #expect(bobsScreen.roster.invites.isEmpty)
    #expect(timesAsked <= 1)
  }

  @Test func theAskerWaitsAsForAnyAnswer() throws {
    let annsScreen = server.connect(ann)
    try askTwice()
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.roster.contacts[bob.userID]?.relation == .pending)
  }

  @Test func anAnswerToADeferredInviteWorksAsAnyOther() throws {
    let annsScreen = server.connect(ann)
    try askTwice()
    simulation.advance(by: .seconds(61))
    try simulation.run { [ann, bob] in try await bob.accept(ann.userID) }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.state(of: bob.userID) == .online)
  }

  @Test func aUserWhoRegistersLaterFindsTheInvite() throws {
    let cem = try server.user("cem")
    try simulation.run { [ann] in try await ann.invite(cem) }
    simulation.advance(by: .seconds(120))
    let newcomer = try server.register("cem")
    let invites = try simulation.run { try await newcomer.presenceList().invites }
    #expect(invites.map(\.observer) == [ann.userID])
  }

  @Test func aNewNameIsNotToldWhileItsOwnerHides() throws {
    try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await ann.setStatus(.hidden, text: nil)
    }
    simulation.advance(by: .seconds(1))
    let before = bobsScreen.answers
    try simulation.run { [ann] in try await ann.setDisplayName("Ann B.") }
    simulation.advance(by: .seconds(5))
    #expect(bobsScreen.answers == before)
    try simulation.run { [ann] in try await ann.setStatus(.online, text: nil) }
    simulation.advance(by: .seconds(5))
    #expect(bobsScreen.roster.invites[ann.userID]?.displayName == "Ann B.")
  }

  @Test func anInviteToSomebodyWhoNeverStartedWaitsForThem() throws {
    let cem = try server.user("cem")
    try simulation.run { [ann] in try await ann.invite(cem) }
    let newcomer = try server.register("cem")
    let list = try simulation.run { try await newcomer.presenceList() }
    #expect(list.invites.map(\.observer) == [ann.userID])
    try simulation.run { [ann] in try await newcomer.accept(ann.userID) }
  }

  @Test func anInviteToSomebodyWhoNeverStartedOutlivesARestart() throws {
    let store = MemoryServerStore()
    let first = try TestHomeserver(simulation, "porch.example", store: store)
    let (dee, eve) = (try first.register("dee"), try first.user("eve"))
    try simulation.run { try await dee.invite(eve) }
    first.stop()
    let second = try TestHomeserver(simulation, "porch.example", store: store, seed: 2)
    let newcomer = try second.register("eve")
    let list = try simulation.run { try await newcomer.presenceList() }
    #expect(list.invites.map(\.observer) == [dee.userID])
  }

  @Test func theInviterLearnsNothingFromTheirComing() throws {
    func learned(comes: Bool) throws -> [String] {
      let server = try TestHomeserver(simulation, comes ? "one.example" : "two.example")
      let dee = try server.register("dee")
      let screen = server.connect(dee)
      simulation.advance(by: .seconds(1))
      let eve = try server.user("eve")
      try simulation.run { try await dee.invite(eve) }
      simulation.advance(by: .seconds(5))
      if comes { _ = try server.register("eve") }
      simulation.advance(by: .seconds(300))
      let answer = try simulation.run { try await dee.sync(since: nil, wait: .zero, as: .offline) }
      return ["\(screen.answers)", "\(answer.nextBatch)", "\(answer.presence)"]
        .map { $0.replacing(server.name.rawValue, with: "server") }
    }
    #expect(try learned(comes: true) == learned(comes: false))
  }
}
