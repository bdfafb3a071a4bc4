import MatrixWire
import RoomCore
import TestNames
import Testing

/// Decisions between being made and being true.
struct DecisionTests {
  private var hall = Hall()

  private func decide(_ action: RoomCommand.Action, by user: UserID = ann) throws -> RoomDecision {
    try hall.rules.decide(RoomCommand(action, by: user), hall.index, now: hall.now)
  }

  private func send(_ room: RoomID) throws -> RoomDecision {
    try decide(.send(room, type: "m.room.message", content: [:]))
  }

  // MARK: Abandoned ones

  @Test mutating func anAbandonedDecisionChangesNothingAndItsPlacesStayEmpty() throws {
    let id = try hall.room()
    let (room, last) = (try hall.room(id), hall.rules.positions.last)
    let decision = try send(id)
    hall.rules.begin(decision)
    #expect(hall.rules.positions.settled == last)
    hall.rules.abandon(decision)
    #expect(hall.rules.positions.settled == last + 1)
    let isSame = try hall.room(id) == room
    #expect(isSame)
    try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann)
    #expect(hall.events.map(\.position) == [last + 2])
  }

  // MARK: Places in the stream

  @Test mutating func readersWaitForTheFirstOfTheDecisionsUnderWay() throws {
    let (id, other) = (try hall.room(), try hall.room())
    let last = hall.rules.positions.last
    let first = try send(id)
    hall.rules.begin(first)
    let second = try send(other)
    hall.rules.begin(second)
    #expect(first.positions == last + 1..<last + 2)
    #expect(second.positions == last + 2..<last + 3)
    _ = hall.rules.apply(second, &hall.index)
    #expect(hall.rules.positions.settled == last)
    _ = hall.rules.apply(first, &hall.index)
    #expect(hall.rules.positions.settled == last + 2)
  }

  @Test mutating func twoDecisionsOfOnePlaceAreBothWaitedFor() throws {
    let (id, other) = (try hall.room(), try hall.room())
    let last = hall.rules.positions.last
    let (first, second) = (try send(id), try send(other))
    hall.rules.begin(first)
    hall.rules.begin(second)
    hall.rules.abandon(second)
    #expect(hall.rules.positions.settled == last)
    _ = hall.rules.apply(first, &hall.index)
    #expect(hall.rules.positions.settled == last + 1)
  }

  @Test mutating func aDecisionThatChangesNothingTakesNoPlace() throws {
    let id = try hall.room()
    let last = hall.rules.positions.last
    let decision = try decide(.join(.id(id), profile: Profile(), content: [:]))
    hall.rules.begin(decision)
    #expect(decision.positions.isEmpty)
    #expect(hall.rules.positions.settled == last)
    #expect(hall.rules.positions.last == last)
  }
}
