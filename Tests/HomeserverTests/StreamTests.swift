import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// The long poll: what it waits for, what ends it, and what it says.
struct StreamTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: Session
  let bob: Session

  init() throws {
    server = try TestHomeserver(simulation)
    ann = try server.register("ann")
    bob = try server.register("bob")
    try server.befriend(ann, bob)
  }

  @Test func aChangeReachesAWatcherWithoutDelay() throws {
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "meeting") }
    simulation.settle()
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
    simulation.settle()
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
    simulation.settle()
    let after = try #require(annsScreen.roster.contacts[bob.userID])
    #expect(after.displayName == "Bob the Builder")
    #expect(after.state == before.state)
    #expect(after.statusText == before.statusText)
    #expect(after.currentlyActive == before.currentlyActive)
  }

  @Test func aFilterThatBlocksASenderKeepsThePollWaiting() throws {
    let filter = SyncFilter(notSenders: [bob.userID])
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

  @Test func aTokenOfAnotherServerBeginsAnew() throws {
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
}
