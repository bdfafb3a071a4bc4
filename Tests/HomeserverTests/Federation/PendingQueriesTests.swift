import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Who waits for other servers, until when, and who need wait no longer.
struct PendingQueriesTests {
  private var queries = PendingQueries<String>()
  private let ann: UserID
  private let bob: UserID
  private let cem: UserID

  init() throws {
    ann = try UserID("@ann:red.example").orThrow("a user")
    bob = try UserID("@bob:blue.example").orThrow("a user")
    cem = try UserID("@cem:blue.example").orThrow("a user")
  }

  private func after(_ seconds: Int) -> Instant { .origin + .seconds(seconds) }

  private mutating func add(
    _ waiter: String, _ kind: PendingQueries<String>.Kind, about users: Set<UserID>, until second: Int
  ) -> UInt64 {
    let id = queries.newID()
    queries.add(id, waiter, kind, for: ann, about: users, until: after(second))
    return id
  }

  @Test mutating func everybodyWhoAskedIsAnsweredInTheirOrder() {
    _ = add("first", .state, about: [bob], until: 5)
    _ = add("second", .state, about: [bob], until: 4)
    _ = add("another", .state, about: [cem], until: 3)
    #expect(queries.answer(bob, .state) == ["first", "second"])
    #expect(queries.answer(bob, .state) == [])
    #expect(queries.nextDeadline == after(3))
  }

  @Test mutating func aListWaitsForAllOfThem() {
    _ = add("list", .list, about: [bob, cem], until: 2)
    #expect(queries.answer(bob, .list) == [])
    #expect(queries.answer(bob, .list) == [], "the same again is no other")
    #expect(queries.answer(cem, .list) == ["list"])
    #expect(queries.nextDeadline == nil)
  }

  @Test mutating func whatIsKnownForAnotherViewerIsNoAnswer() {
    _ = add("list", .list, about: [bob], until: 2)
    #expect(queries.answer(bob, .list) { $0 != ann } == [])
    #expect(queries.answer(bob, .list) { $0 == ann } == ["list"])
  }

  @Test mutating func oneKindIsNoAnswerToTheOther() {
    _ = add("once", .state, about: [bob], until: 5)
    _ = add("list", .list, about: [bob], until: 2)
    #expect(queries.answer(bob, .list) == ["list"])
    #expect(queries.answer(bob, .state) == ["once"])
  }

  @Test mutating func whoseTimeIsUpWaitsNoLonger() {
    _ = add("late", .state, about: [bob], until: 5)
    _ = add("soon", .list, about: [bob, cem], until: 2)
    #expect(queries.takeDue(at: after(1)) == [])
    #expect(queries.takeDue(at: after(2)) == ["soon"])
    #expect(queries.answer(cem, .list) == [])
    #expect(queries.nextDeadline == after(5))
  }

  @Test mutating func whoHasGoneIsForgotten() {
    let id = add("gone", .state, about: [bob], until: 5)
    #expect(queries.remove(id) == "gone")
    #expect(queries.remove(id) == nil)
    #expect(queries.answer(bob, .state) == [])
    #expect(queries.nextDeadline == nil)
  }

  @Test mutating func atTheEndEverybodyIsLetGo() {
    _ = add("one", .state, about: [bob], until: 5)
    _ = add("two", .list, about: [bob, cem], until: 2)
    #expect(queries.takeAll() == ["one", "two"])
    #expect(queries.takeDue(at: after(9)) == [])
  }

  /// A user with a long list reads it again and again: none of it is more than a short turn.
  @Test mutating func manyWhoseTimeIsUpAreGivenUpInParts() throws {
    let users = try Set((0..<600).map { try UserID("@u\($0):blue.example").orThrow("a user") })
    for number in 0..<5 { _ = add("list \(number)", .list, about: users, until: 2) }
    #expect(queries.takeDue(at: after(2)) == ["list 0", "list 1"])
    #expect(queries.nextDeadline == after(2))
    #expect(queries.takeDue(at: after(2)).count == 2)
    #expect(queries.takeDue(at: after(2)).count == 1)
    #expect(queries.takeDue(at: after(2)) == [])
    #expect(queries.nextDeadline == nil)
  }
}
