import MatrixWire
import RoomCore
import TestNames
import Testing

/// Who may read what was said, by the room's state when it was said.
struct HistoryVisibilityTests {
  /// In the order in which they are asked for below.
  private enum Time: Int, CaseIterable {
    case before, invited, joined, left
  }

  private static let readable: [(String, Set<Int>)] = [
    ("world_readable", [0, 1, 2, 3]), ("shared", [0, 1, 2]), ("invited", [1, 2]), ("joined", [2]),
    // What nobody knows is the default.
    ("secret", [0, 1, 2]),
  ]

  /// A private room of Ann's; Bob is invited, joins and leaves, and Ann speaks in between.
  private func conversation(_ rule: String?) throws -> (Hall, RoomID, [UInt64]) {
    var hall = Hall()
    let id = try hall.room(.privateChat)
    if let rule {
      try hall.set(RoomEventType.historyVisibility, ["history_visibility": .string(rule)], in: id)
    }
    var spoken: [UInt64] = []
    func speak() throws {
      try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann)
      spoken.append(try hall.room(id).position)
    }
    try speak()
    try hall.run(.invite(id, .init(bob)), by: ann)
    try speak()
    try hall.join(id, bob)
    try speak()
    try hall.leave(id, bob)
    try speak()
    return (hall, id, spoken)
  }

  private func visibility(_ hall: Hall, _ id: RoomID, _ user: UserID) -> HistoryVisibility {
    HistoryVisibility(hall.stored.visibility(of: [id], for: user)[id] ?? [], for: user)
  }

  @Test(arguments: readable.indices)
  func whatWasSaidIsReadByThoseWhomTheRuleLets(row: Int) throws {
    let (rule, times) = Self.readable[row]
    let (hall, id, spoken) = try conversation(rule)
    let bobs = visibility(hall, id, bob)
    for time in Time.allCases {
      #expect(bobs.mayRead(spoken[time.rawValue]) == times.contains(time.rawValue), "\(rule), \(time)")
    }
    let cems = visibility(hall, id, cem)
    #expect(spoken.allSatisfy { cems.mayRead($0) == (rule == "world_readable") })
    let anns = visibility(hall, id, ann)
    #expect(spoken.allSatisfy { anns.mayRead($0) })
  }

  @Test func theRuleHoldsFromWhenItWasSet() throws {
    var (hall, id, spoken) = try conversation("joined")
    try hall.set(RoomEventType.historyVisibility, ["history_visibility": "world_readable"], in: id)
    let changed = try hall.room(id).position
    try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann)
    let cems = visibility(hall, id, cem)
    #expect(spoken.allSatisfy { !cems.mayRead($0) })
    #expect(cems.mayRead(changed), "The more generous side of a change holds for the change itself.")
    #expect(cems.mayRead(try hall.room(id).position))
  }

  @Test func usersReadWhatTheyBecome() throws {
    let (hall, id, spoken) = try conversation("joined")
    let bobs = visibility(hall, id, bob)
    #expect(bobs.mayRead(spoken[Time.left.rawValue] - 1), "their own leave")
    #expect(bobs.mayRead(spoken[Time.before.rawValue] + 1), "their invite")
  }

  /// How the room was right after Ann first spoke, after Bob's invite, after he joined, after he left, and later.
  @Test(arguments: [
    ("world_readable", [true, true, true, true, true]), ("shared", [true, true, true, true, false]),
    ("invited", [false, true, true, true, false]), ("joined", [false, false, true, true, false]),
  ])
  func stateIsReadAsItWasWhileTheRuleLetThem(rule: String, expected: [Bool]) throws {
    let (hall, id, spoken) = try conversation(rule)
    let bobs = visibility(hall, id, bob)
    let moments = [spoken[0], spoken[1] - 1, spoken[2] - 1, spoken[3] - 1, spoken[3]]
    #expect(moments.map { bobs.mayReadState(after: $0) } == expected)
  }

  @Test func whoComesBackReadsWhatASharedRoomSaidMeanwhile() throws {
    var (hall, id, spoken) = try conversation("shared")
    try hall.run(.invite(id, .init(bob)), by: ann)
    try hall.join(id, bob)
    let bobs = visibility(hall, id, bob)
    #expect(spoken.allSatisfy { bobs.mayRead($0) })
  }
}
