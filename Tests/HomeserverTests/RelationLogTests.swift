import MatrixWire
import Testing

@testable import Homeserver

struct RelationLogTests {
  private func user(_ number: Int) throws -> UserID {
    try #require(UserID("@u\(number):harbor.example"))
  }

  private func event(_ number: Int, _ state: ListState) throws -> ListEvent {
    ListEvent(userID: try user(number), state: state, sender: try user(0))
  }

  /// A log of one relation that went through these states, at versions 1, 2, 3 …
  private func log(_ states: ListState...) throws -> RelationLog<ListEvent> {
    var log = RelationLog<ListEvent>()
    for (index, state) in states.enumerated() {
      _ = log.add(try event(1, state), with: try user(1), at: UInt64(index + 1), limit: 10)
    }
    return log
  }

  @Test func whatIsForgottenTakesUpNoPlaceOfEndedRelations() throws {
    var log = RelationLog<ListEvent>()
    for number in 1...100 {
      #expect(
        log.add(try event(number, .dropped), with: try user(number), at: UInt64(number), limit: 10) == 0)
      log.forget(try user(number))
    }
    #expect(log.records.isEmpty)
  }

  @Test func onlyTheLastEventIsKept() throws {
    let record = try #require(log(.pending, .accepted).records[user(1)])
    #expect(record.version == 2)
    #expect(record.event.state == .accepted)
    #expect(record.ended == nil)
  }

  @Test func aRelationThatBeganAnewRemembersHowItEnded() throws {
    let record = try #require(log(.accepted, .revoked, .pending).records[user(1)])
    #expect(record.event.state == .pending)
    #expect(record.ended?.event.state == .revoked)
    #expect(record.ended?.version == 2)
  }

  @Test func theEndIsRememberedBeyondTheAnswer() throws {
    let record = try #require(log(.accepted, .revoked, .pending, .accepted).records[user(1)])
    #expect(record.ended?.version == 2)
  }

  @Test func aSecondEndTakesThePlaceOfTheFirst() throws {
    let record = try #require(log(.pending, .denied, .pending, .dropped, .pending).records[user(1)])
    #expect(record.ended?.event.state == .dropped)
  }

  @Test func anEndedRelationHasNoEarlierEnd() throws {
    let record = try #require(log(.pending, .denied, .pending, .dropped).records[user(1)])
    #expect(record.ended == nil)
  }

  @Test func theOlderHalfOfWhatEndedIsForgotten() throws {
    var log = RelationLog<ListEvent>()
    var forgotten: [UInt64] = []
    for number in 1...11 {
      forgotten.append(
        log.add(try event(number, .dropped), with: try user(number), at: UInt64(number), limit: 10))
    }
    #expect(forgotten == Array(repeating: 0, count: 10) + [6])
    #expect(Set(log.records.keys) == Set(try (7...11).map(user)))
  }

  @Test func thePresenceOfSomebodyUnknownIsNotRemembered() throws {
    var log = RelationLog<ListEvent>()
    log.presenceChanged(of: try user(1), at: 1, told: 1)
    #expect(log.records.isEmpty)
  }

  @Test func aNewPresenceLeavesTheEventAlone() throws {
    var log = try log(.accepted)
    log.presenceChanged(of: try user(1), at: 7, told: 7)
    let record = try #require(log.records[user(1)])
    #expect(record.version == 1)
    #expect(record.presenceVersion == 7)
  }
}
