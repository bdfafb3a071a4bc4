import MatrixWire
import Ports
import RoomCore
import TestNames
import Testing

struct TypingTests {
  private var hall = Hall()

  private mutating func setTyping(_ span: Duration?, _ user: UserID, _ room: RoomID) throws -> [RoomEffect] {
    try hall.rules.setTyping(span, of: user, in: room, hall.index, now: hall.now)
  }

  @Test mutating func typingEndsAtItsDeadline() throws {
    let id = try hall.room(with: [bob])
    #expect(hall.rules.nextDeadline == nil)
    #expect(try setTyping(.seconds(30), bob, id) == [.typing(id)])
    #expect(try setTyping(.seconds(10), ann, id) == [.typing(id)])
    #expect(hall.rules.typing.users(in: id) == [ann, bob])
    #expect(hall.rules.nextDeadline == hall.now.instant + .seconds(10))
    let early = hall.rules.expire(now: hall.now.later(9))
    #expect(early == [])
    let due = hall.rules.expire(now: hall.now.later(10))
    #expect(due == [.typing(id)])
    #expect(hall.rules.typing.users(in: id) == [bob])
    #expect(hall.rules.nextDeadline == hall.now.instant + .seconds(30))
    let last = hall.rules.expire(now: hall.now.later(31))
    #expect(last == [.typing(id)])
    #expect(hall.rules.nextDeadline == nil)
  }

  @Test mutating func sayingSoAgainMovesTheDeadlineAndTellsNobody() throws {
    let id = try hall.room()
    _ = try setTyping(.seconds(10), ann, id)
    #expect(try setTyping(.seconds(20), ann, id) == [])
    #expect(hall.rules.nextDeadline == hall.now.instant + .seconds(20))
    #expect(try setTyping(nil, ann, id) == [.typing(id)])
    #expect(try setTyping(nil, ann, id) == [])
    #expect(hall.rules.nextDeadline == nil)
  }

  @Test(arguments: [(Duration.seconds(3_600), 120), (.seconds(-5), 0), (.seconds(Int64.max), 120)])
  mutating func aDeadlineIsWithinTheLimit(span: Duration, seconds: Int) throws {
    let id = try hall.room()
    _ = try setTyping(span, ann, id)
    #expect(hall.rules.nextDeadline == hall.now.instant + .seconds(seconds))
  }

  @Test mutating func onlyMembersType() throws {
    let id = try hall.room(with: [bob])
    #expect(throws: MatrixError.self) { try setTyping(.seconds(10), cem, id) }
    _ = try setTyping(.seconds(10), bob, id)
    try hall.leave(id, bob)
    #expect(hall.effects.contains(.typing(id)))
    #expect(hall.rules.typing.users(in: id) == [])
  }
}
