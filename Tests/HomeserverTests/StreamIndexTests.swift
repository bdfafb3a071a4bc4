import MatrixWire
import Testing

@testable import Homeserver

struct StreamIndexTests {
  private func user(_ number: Int) throws -> UserID {
    try #require(UserID("@u\(number):harbor.example"))
  }

  @Test func endedRelationsAreForgottenBeyondTheirNumber() throws {
    var index = StreamIndex(endedRelations: 10)
    let owner = try user(0)
    for number in 1...50 {
      index.listChanged(of: owner, ListEvent(userID: try user(number), state: .dropped, sender: owner))
    }
    #expect(index.listRecords(of: owner).count <= 11)
  }

  @Test func aPollFromBeforeWhatWasForgottenHasToBeginAnew() throws {
    var index = StreamIndex(endedRelations: 10)
    let owner = try user(0)
    for number in 1...50 {
      index.listChanged(of: owner, ListEvent(userID: try user(number), state: .dropped, sender: owner))
    }
    #expect(!index.reaches(1, for: owner))
    #expect(index.reaches(index.version(of: owner), for: owner))
  }

  @Test func openRelationsAreNeverForgotten() throws {
    var index = StreamIndex(endedRelations: 10)
    let owner = try user(0)
    index.listChanged(of: owner, ListEvent(userID: try user(99), state: .accepted, sender: owner))
    for number in 1...50 {
      index.listChanged(of: owner, ListEvent(userID: try user(number), state: .dropped, sender: owner))
    }
    #expect(index.listRecords(of: owner)[try user(99)] != nil)
  }

  @Test func nothingIsLeftOfANameThatWasAskedWhenThatIsForgotten() throws {
    var index = StreamIndex()
    let name = try user(0)
    for number in 1...2 {
      index.inviteChanged(
        InviteEvent(observer: try user(number), observed: name, receivedAt: 1, state: .pending))
    }
    index.forgetInvite(from: try user(1), to: name)
    #expect(index.inviteRecords(of: name).keys.map(\.self) == [try user(2)])
    index.forgetInvite(from: try user(2), to: name)
    #expect(index.version(of: name) == 0)
  }

  @Test func whatHappensToOthersDoesNotMoveAPersonsVersion() throws {
    var index = StreamIndex()
    index.presenceChanged(try user(1), toOthers: true)
    index.listChanged(of: try user(1), ListEvent(userID: try user(2), state: .pending, sender: try user(1)))
    index.look(try user(0), waits: true)
    #expect(index.version(of: try user(0)) == 0)
  }

  @Test func aPersonsVersionCountsWhatTheyAreTold() throws {
    var index = try watchers(1)
    index.presenceChanged(try user(0), toOthers: true)
    index.presenceChanged(try user(1), toOthers: true)
    index.look(try user(1), waits: false)
    #expect(index.version(of: try user(1)) == 2)
    #expect(index.ownVersion(of: try user(1)) == 1)
  }

  @Test func aVersionFromTheFutureIsNotReached() throws {
    #expect(!StreamIndex().reaches(1, for: try user(0)))
  }

  // MARK: Many watchers

  /// An index in which that many people, from 1 on, have 0 on their lists, accepted.
  private func watchers(_ count: Int) throws -> StreamIndex {
    var index = StreamIndex()
    let observed = try user(0)
    for number in 1...count {
      index.restore(ListEvent(userID: observed, state: .accepted, sender: observed), of: try user(number))
    }
    return index
  }

  @Test func aChangeBefore5000WatchersOfWhomNonePollsTouchesNobody() throws {
    var index = try watchers(5_000)
    for number in 1...5_000 { index.look(try user(number), waits: false) }
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().isEmpty)
    #expect(index.version(of: try user(1)) == 0)
  }

  @Test func aChangeConcernsThoseWhoWait() throws {
    var index = try watchers(5_000)
    index.look(try user(7), waits: true)
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().map(\.user) == [try user(7)])
  }

  @Test func aThousandWhoWaitAreToldInPartsAndEachOnce() throws {
    var index = try watchers(1_000)
    for number in 1...1_000 { index.look(try user(number), waits: true) }
    index.presenceChanged(try user(0), toOthers: true)
    // The first to look was told of it, and is told of the next change.
    #expect(index.receiveChanges(for: try user(500)).map(\.user) == [try user(500)])
    index.look(try user(500), waits: true)
    #expect(index.listRecords(of: try user(500))[try user(0)]?.presenceVersion == 1)
    var told: [UserID] = []
    while index.hasUntold {
      let some = index.notifyFollowers().map(\.user)
      #expect(some.count <= StreamIndex.part)
      told += some
    }
    #expect(told.count == 999)
    #expect(Set(told).count == 999)
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().map(\.user) == [try user(500)])
  }

  @Test func whoHasAThousandOnTheirListComparesThemInParts() throws {
    var index = StreamIndex()
    let viewer = try user(0)
    for number in 1...1_000 {
      index.restore(ListEvent(userID: try user(number), state: .accepted, sender: viewer), of: viewer)
      index.presenceChanged(try user(number), toOthers: true)
    }
    var turns = 1
    var before: UInt64 = 0
    while !index.look(viewer, waits: true) {
      #expect(index.version(of: viewer) - before <= StreamIndex.part)
      before = index.version(of: viewer)
      // A user who was compared already changes again meanwhile.
      if turns == 3 { index.presenceChanged(try user(1), toOthers: true) }
      _ = index.receiveChanges(for: viewer)
      turns += 1
    }
    #expect(turns >= 1_000 / StreamIndex.part)
    let records = index.listRecords(of: viewer)
    #expect(records.values.allSatisfy { $0.presenceVersion > 0 })
    // Nobody is lost: the next change of each is heard.
    for number in 1...1_000 { index.presenceChanged(try user(number), toOthers: true) }
    var told: Set<UserID> = []
    while index.hasUntold { told.formUnion(index.notifyFollowers().map(\.user)) }
    #expect(told == [viewer])
    while !index.look(viewer, waits: true) {}
    #expect(index.version(of: viewer) >= 2_000)
  }

  @Test func furtherChangesCostNothingForWhoeverHasNotLookedSince() throws {
    var index = try watchers(1)
    index.look(try user(1), waits: true)
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().count == 1)
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().isEmpty)
  }

  @Test(arguments: [true, false])
  func whatAWatcherMissedIsFoundWhenTheyAsk(waits: Bool) throws {
    var index = try watchers(1)
    index.look(try user(1), waits: waits)
    for _ in 0..<60 { index.presenceChanged(try user(0), toOthers: true) }
    _ = index.notifyFollowers()
    index.look(try user(1), waits: waits)
    #expect(index.listRecords(of: try user(1))[try user(0)]?.presenceVersion == 1)
  }

  @Test func aTokenDoesNotTellHowOftenSomebodyChanged() throws {
    func version(after changes: Int) throws -> UInt64 {
      var index = try watchers(1)
      for _ in 0..<changes { index.presenceChanged(try user(0), toOthers: true) }
      for number in 10..<(10 + changes) { index.presenceChanged(try user(number), toOthers: true) }
      index.look(try user(1), waits: true)
      return index.version(of: try user(1))
    }
    #expect(try version(after: 1) == version(after: 100))
  }

  @Test func whoeverWaitsHearsOfSomebodyAcceptedMeanwhile() throws {
    var index = StreamIndex()
    index.look(try user(1), waits: true)
    index.listChanged(of: try user(1), ListEvent(userID: try user(0), state: .accepted, sender: try user(0)))
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().map(\.user) == [try user(1)])
  }

  @Test func whoeverDroppedSomebodyHearsNoMoreOfThem() throws {
    var index = try watchers(1)
    index.look(try user(1), waits: true)
    index.listChanged(of: try user(1), ListEvent(userID: try user(0), state: .dropped, sender: try user(1)))
    index.presenceChanged(try user(0), toOthers: true)
    #expect(index.notifyFollowers().isEmpty)
  }

  @Test func missedChangesKeepTheirOrder() throws {
    var index = StreamIndex()
    for number in [2, 3, 4] {
      index.restore(
        ListEvent(userID: try user(number), state: .accepted, sender: try user(number)), of: try user(1))
    }
    for number in [4, 2, 3, 4] { index.presenceChanged(try user(number), toOthers: true) }
    index.look(try user(1), waits: true)
    let records = index.listRecords(of: try user(1))
    let versions = try [2, 3, 4].map { try user($0) }.map { records[$0]?.presenceVersion }
    #expect(versions == [1, 2, 3])
  }
}
