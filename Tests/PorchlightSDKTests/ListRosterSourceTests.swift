import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What a roster of presence lists makes of what its user wants, and what it tells of it.
struct ListRosterSourceTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.server.register("bob")
  }

  private var source: ListRosterSource { ListRosterSource(ann, deviceType: .terminal, seed: 1) }

  /// The roster that the source tells, from now on.
  private func roster() -> Box<Roster> {
    let box = Box<Roster>()
    simulation.start { [ann, source] in
      try? await source.run { step in
        guard case .update(let update) = step else { return }
        var roster = box.value ?? Roster(userID: ann.userID)
        _ = roster.apply(update, at: ann.time.instant)
        box.set(roster)
      }
    }
    return box
  }

  private func perform(_ request: RosterRequest) throws {
    try simulation.run { [source] in try await source.perform(request) }
    simulation.advance(by: .seconds(1))
  }

  @Test func anInviteAndARemovalAreHeardAsUpdates() throws {
    let roster = roster()
    try perform(.change(.invite(bob.userID)))
    #expect(roster.value?.contact(bob.userID)?.relation == .pending)
    try perform(.change(.remove(bob.userID)))
    #expect(roster.value?.contact(bob.userID) == nil)
  }

  @Test(arguments: [true, false])
  func anInviteIsAnswered(isAccepted: Bool) throws {
    let roster = roster()
    try simulation.run { [bob, ann] in try await bob.invite(ann.userID) }
    simulation.advance(by: .seconds(1))
    #expect(roster.value?.invite(from: bob.userID) != nil)
    try perform(.change(isAccepted ? .accept(bob.userID) : .deny(bob.userID)))
    #expect(roster.value?.invite(from: bob.userID) == nil)
    let list = try simulation.run { [bob] in try await bob.presenceList().list }
    #expect(list.contains { $0.state == .accepted } == isAccepted)
  }

  @Test func anAcceptIsTakenBack() throws {
    try simulation.run { [bob, ann] in try await bob.invite(ann.userID) }
    try perform(.change(.accept(bob.userID)))
    try perform(.change(.revoke(bob.userID)))
    let list = try simulation.run { [bob] in try await bob.presenceList().list }
    #expect(!list.contains { $0.state == .accepted })
  }

  /// Neither from a user who only asks, nor twice.
  @Test func nothingIsTakenBackFromAUserWithoutAPermission() throws {
    try simulation.run { [bob, ann] in try await bob.invite(ann.userID) }
    #expect(throws: SDKError.self) { try perform(.change(.revoke(bob.userID))) }
    #expect(way.requests(.post, endingIn: "presence", "list").isEmpty)
    try perform(.change(.accept(bob.userID)))
    try perform(.change(.revoke(bob.userID)))
    let error = #expect(throws: SDKError.self) { try perform(.change(.revoke(bob.userID))) }
    #expect(error?.message == "has no permission to see you, so none was taken back")
    #expect(error?.isTransient == false)
  }

  @Test func whoDoesNotAskIsIgnoredAllTheSame() throws {
    #expect(throws: Never.self) { try perform(.change(.ignore(bob.userID))) }
  }

  @Test func aStatusIsPublishedWithItsText() throws {
    let roster = roster()
    try perform(.publish(StatusUpdate(presence: .busy, statusMessage: "now")))
    #expect(roster.value?.own.choice == .busy)
    #expect(roster.value?.own.statusText == "now")
  }

  @Test func idlenessIsReportedAsLongAsItHasLasted() throws {
    let roster = roster()
    simulation.advance(by: .seconds(100))
    try perform(.idle(since: simulation.time.instant - .seconds(60)))
    #expect(roster.value?.own.state == .unavailable)
    let report = try #require(way.requests(.put, endingIn: "device").last)
    let said = try WireJSON.decode(DeviceReport.self, from: report.body)
    #expect(said.idleness == .since(milliseconds: 60_000))
    #expect(said.deviceType == .terminal)
    try perform(.idle(since: nil))
    #expect(roster.value?.own.state == .online)
  }

  @Test func roomMatesComeAlongAndWhatTheySayWakesNoPoll() throws {
    let roster = roster()
    let room = try simulation.run { [bob, ann] in
      let room = try await bob.createRoom(CreateRoomRequest(name: "Boat club", invite: [ann.userID]))
      try await ann.join(room)
      return room
    }
    simulation.advance(by: .seconds(1))
    #expect(roster.value?.around[bob.userID]?.relation == nil && roster.value?.around.count == 1)
    #expect(roster.value?.rooms.rooms(with: bob.userID).map(\.name) == ["Boat club"])
    let polls = way.requests(.get, endingIn: "sync").count
    var message = ClientAPI.send(["body": "hello"], ofType: "m.room.message", to: room, transaction: "1")
    message.accessToken = bob.credentials.accessToken
    #expect(try server.respond(to: message).status == 200)
    simulation.advance(by: .seconds(5))
    #expect(way.requests(.get, endingIn: "sync").count == polls)
    try simulation.run { [bob] in try await bob.leave(room) }
    simulation.advance(by: .seconds(5))
    #expect(roster.value?.around.isEmpty == true)
  }

  @Test func aServerThatIsAwayIsAStepLikeAnother() {
    let interruption = Box<SDKError>()
    simulation.start { [source] in
      try? await source.run { if case .interrupted(let error, _) = $0 { interruption.set(error) } }
    }
    simulation.advance(by: .seconds(5))
    way.cut()
    simulation.advance(by: .seconds(60))
    #expect(interruption.value != nil)
  }
}
