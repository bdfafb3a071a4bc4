import MatrixWire
import RoomCore
import Testing

/// Rooms at the limit of sharing presence.
struct RoomSizeTests {
  private static let sharing = PresenceSharing(largestRoom: 20)
  private var hall = Hall(sharing: RoomSizeTests.sharing)

  private var changes: [SharingChange] {
    hall.effects.compactMap { effect in
      if case .sharing(let change) = effect { change } else { nil }
    }
  }

  /// A room with so many members.
  private mutating func room(of count: Int) throws -> RoomID {
    try hall.room(.publicChat, with: (1..<count).map { person("u\($0)") })
  }

  @Test mutating func aRoomThatGrewPastTheLimitSharesAgainAtNineTenthsOfIt() throws {
    let id = try room(of: 20)
    #expect(hall.rules.index.shares(id))
    try hall.join(id, person("u20"))
    #expect(changes.map(\.ended.count) == [20 * 19 / 2], "The last one never shared.")
    #expect(!hall.rules.index.shares(id))
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
    #expect(changes.map(\.began.count) == [18 * 17 / 2])
    #expect(hall.rules.index.shares(id))
  }

  @Test mutating func afterAStartTheNumberOfMembersAloneDecides() throws {
    let id = try room(of: 21)
    func again() -> RoomRules {
      RoomRules(server: here, hasher: QuickHasher(), sharing: Self.sharing, rows: hall.rows.rows)
    }
    #expect(!again().index.shares(id))
    try hall.leave(id, person("u20"))
    #expect(!hall.rules.index.shares(id))
    #expect(again().index.shares(id))
  }
}
