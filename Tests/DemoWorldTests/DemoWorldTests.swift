import DemoWorld
import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Testing

struct DemoWorldTests {
  /// A world around one person, and what that person sees.
  private final class Stage {
    let simulation = Simulation()
    let server: TestHomeserver
    let user: Session
    let screen: Listener

    init(_ configure: (inout DemoWorld.Options) -> Void = { _ in }) throws {
      var options = DemoWorld.Options()
      configure(&options)
      (server, user) = try TestHomeserver.start(with: options, in: simulation)
      screen = server.connect(user)
    }

    /// Every change, as text, for comparing two runs.
    var history: [String] { screen.changes.map { "\($0)" } }
  }

  @Test func theListIsFilledBeforeAnybodyLooks() throws {
    let stage = try Stage { $0.people = 12 }
    let contacts = stage.screen.roster.contacts.values
    #expect(contacts.filter { $0.relation == .accepted }.count == 12)
    #expect(contacts.contains { $0.state == .online })
    #expect(contacts.contains { $0.state == .unavailable })
    #expect(contacts.contains { $0.state == .offline })
  }

  @Test func aFarServerNeverAnswersAndSaysSo() throws {
    let stage = try Stage()
    let far = stage.screen.roster.contacts.values.filter {
      $0.userID.server.rawValue == DemoWorld.farServer
    }
    #expect(!far.isEmpty)
    #expect(far.allSatisfy { $0.state == .unknown && $0.unknownReason == .unreachable })
  }

  @Test func invitesWaitFromTheBeginningAndMoreCome() throws {
    let stage = try Stage()
    let atFirst = stage.screen.roster.invites.count
    #expect(atFirst == 2)
    stage.simulation.advance(by: .seconds(300))
    #expect(stage.screen.roster.invites.count == 4)
  }

  @Test func theSameSeedMakesTheSameWorld() throws {
    let (first, second) = (try Stage { $0.seed = 42 }, try Stage { $0.seed = 42 })
    first.simulation.advance(by: .seconds(600))
    second.simulation.advance(by: .seconds(600))
    #expect(first.history.count > 100)
    #expect(first.history == second.history)
  }

  @Test func anotherSeedMakesAnotherWorld() throws {
    let (first, second) = (try Stage { $0.seed = 1 }, try Stage { $0.seed = 2 })
    first.simulation.advance(by: .seconds(120))
    second.simulation.advance(by: .seconds(120))
    #expect(first.history != second.history)
  }

  @Test func peopleComeGoIdleReturnAndChangeTheirText() throws {
    let stage = try Stage()
    stage.simulation.advance(by: .seconds(1200))
    var seen: Set<String> = []
    for case .changed(let before, let after) in stage.screen.changes where before.state != after.state {
      seen.insert("\(before.state) to \(after.state)")
    }
    for turn in [
      "online to unavailable", "unavailable to online", "online to offline", "offline to online",
      "online to busy", "busy to free_for_chat",
    ] {
      #expect(seen.contains(turn))
    }
  }

  @Test(arguments: [("rosa", ListState.accepted), ("viktor", ListState.denied)])
  func anInvitedStrangerAnswers(_ localpart: String, _ expected: ListState) throws {
    let stage = try Stage()
    let stranger = try stage.server.user(localpart)
    try stage.simulation.run { [user = stage.user] in try await user.invite(stranger) }
    stage.simulation.advance(by: .seconds(400))
    if expected == .accepted {
      #expect(stage.screen.roster.contacts[stranger]?.relation == .accepted)
    } else {
      #expect(stage.screen.changes.contains { if case .removed(_, .denied) = $0 { true } else { false } })
    }
  }

  /// Their four seconds are nearly seven minutes at this speed; their streams have to stay open meanwhile.
  @Test func aStrangerWhoThinksForLongStaysOnline() throws {
    let stage = try Stage {
      $0.people = 0
      $0.speed = 0.01
    }
    let rosa = try stage.server.user("rosa")
    try stage.simulation.run { [user = stage.user] in try await user.invite(rosa) }
    stage.simulation.advance(by: .seconds(402))
    let state = try #require(stage.screen.state(of: rosa))
    #expect([.online, .unavailable].contains(state))
  }

  @Test func speedScalesThePeopleOnly() throws {
    let slow = try Stage()
    let fast = try Stage { $0.speed = 10 }
    let beginning = slow.history.count
    #expect(fast.history.count == beginning)
    slow.simulation.advance(by: .seconds(60))
    fast.simulation.advance(by: .seconds(60))
    #expect(fast.history.count - beginning > 3 * (slow.history.count - beginning))
  }

  @Test func hostilePeopleComeWhenAskedFor() throws {
    let hostile = try Stage { $0.hostile = true }
    #expect(hostile.screen.roster.contacts.values.contains { $0.name.contains("\u{1B}") })
    #expect(!(try Stage()).screen.roster.contacts.values.contains { $0.name.contains("\u{1B}") })
  }

  @Test func anEmptyListIsAWorldToo() throws {
    let stage = try Stage { $0.people = 0 }
    #expect(stage.screen.roster.contacts.values.allSatisfy { $0.state == .unknown })
  }

  /// One that strangers may join, and one for the invited.
  @Test func twoRoomsHavePeopleOfTheListAndOthers() throws {
    let roster = try Stage().screen.roster
    let rooms = roster.rooms.rooms.values.sorted { $0.name < $1.name }
    #expect(rooms.map(\.name) == ["Boat club", "Harbor square"])
    #expect(rooms.map { roster.rooms.showsStrangers($0) } == [false, true])
    #expect(rooms.map(\.joinedCount) == [4, 8])
    #expect(roster.around.values.map(\.name).sorted() == ["Hugo", "Inês", "Minh", "Tove"])
    #expect(roster.around.values.allSatisfy { $0.state != .unknown })
    #expect(roster.contacts.keys.filter { roster.rooms.isRoomMate($0) }.count == 3)
  }

  @Test func whoIsAroundAcceptsAnInvite() throws {
    let stage = try Stage { $0.people = 0 }
    let tove = try stage.server.user("tove")
    #expect(stage.screen.roster.around[tove] != nil)
    try stage.simulation.run { [user = stage.user] in try await user.invite(tove) }
    stage.simulation.advance(by: .seconds(400))
    #expect(stage.screen.roster.contacts[tove]?.relation == .accepted)
    #expect(stage.screen.roster.around[tove] == nil)
  }
}
