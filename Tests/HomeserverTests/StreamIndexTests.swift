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

  @Test func whatHappensToOthersDoesNotMoveAPersonsVersion() throws {
    var index = StreamIndex()
    index.presenceChanged(try user(1), to: [try user(2)])
    index.listChanged(of: try user(1), ListEvent(userID: try user(2), state: .pending, sender: try user(1)))
    #expect(index.version(of: try user(0)) == 0)
  }

  @Test func aPersonsVersionCountsWhatTheyAreTold() throws {
    var index = StreamIndex()
    index.presenceChanged(try user(1), to: [try user(0)])
    index.presenceChanged(try user(0), to: [])
    #expect(index.version(of: try user(0)) == 2)
    #expect(index.ownVersion(of: try user(0)) == 2)
  }

  @Test func aVersionFromTheFutureIsNotReached() throws {
    #expect(!StreamIndex().reaches(1, for: try user(0)))
  }
}
