import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// The long poll: what it waits for, and what it says.
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
    simulation.drain()
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
    simulation.drain()
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
    simulation.drain()
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

  @Test func aRenamedAskerIsRenamedBesideTheInvite() throws {
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

  /// A client that missed the end and the new beginning has to be told of both.
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
}
