import MatrixWire
import RoomCore
import TestNames
import Testing

/// Rooms at the limit of sharing presence.
struct RoomSizeTests {
  private static let sharing = PresenceSharing(largestRoom: 20)
  private var hall = Hall(sharing: RoomSizeTests.sharing)

  private var changes: [Bool] {
    hall.effects.compactMap { effect in
      if case .sharing(_, let shares) = effect { shares } else { nil }
    }
  }

  /// The same after a start.
  private func again() -> Hall {
    var again = hall
    again.restart()
    return again
  }

  /// A room with so many members.
  private mutating func room(of count: Int) throws -> RoomID {
    try hall.room(.publicChat, with: (1..<count).map { person("u\($0)") })
  }

  @Test mutating func aRoomThatGrewPastTheLimitSharesAgainAtNineTenthsOfIt() throws {
    let id = try room(of: 20)
    #expect(hall.index.shares(id))
    try hall.join(id, person("u20"))
    #expect(changes == [false])
    #expect(!hall.index.shares(id))
    for leaving in [20, 19] {
      try hall.leave(id, person("u\(leaving)"))
      #expect(changes.isEmpty)
    }
    for _ in 0..<3 {
      try hall.join(id, person("u20"))
      #expect(changes.isEmpty)
      try hall.leave(id, person("u20"))
      #expect(changes.isEmpty)
    }
    try hall.leave(id, person("u18"))
    #expect(changes == [true])
    #expect(hall.index.shares(id))
  }

  @Test mutating func ofManyMembersAStartMakesWhatTheyMadeOneByOne() throws {
    let large = try room(of: 60)
    let small = try room(of: 15)
    let quiet = try room(of: 10)
    try hall.set(RoomEventType.presenceSharing, ["presence_sharing": "forbid"], in: quiet)
    for number in 1...30 { try hall.leave(large, person("u\(number)")) }
    for number in 1...10 { try hall.run(.forget(large), by: person("u\(number)")) }
    for number in 40...51 { try hall.run(.ban(large, .init(person("u\(number)"))), by: ann) }
    try hall.run(.invite(small, .init(person("u59"))), by: ann)
    let again = again()
    // Not in the expectation: it would write out both.
    let isSame = again.rules == hall.rules && again.index == hall.index
    #expect(isSame)
    #expect(again.index.sharers(of: ann).count == 31)
  }

  @Test mutating func afterAStartTheNumberOfMembersAloneDecides() throws {
    let id = try room(of: 21)
    #expect(!again().index.shares(id))
    try hall.leave(id, person("u20"))
    #expect(!hall.index.shares(id))
    #expect(again().index.shares(id))
  }
}
