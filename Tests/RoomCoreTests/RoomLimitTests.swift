import MatrixWire
import RoomCore
import TestNames
import Testing

/// What bounds the memory of a room.
struct RoomLimitTests {
  @Test func aRoomKnowsABoundedNumberOfUsersWhoAreNotInIt() throws {
    var limits = RoomLimits()
    limits.otherMembers = 3
    var hall = Hall(limits: limits)
    let id = try hall.room(.publicChat, with: [bob, cem])
    try hall.set("m.room.join_rules", ["join_rule": "knock"], in: id)
    try hall.run(.ban(id, .init(person("u1"))), by: ann)
    try hall.run(.ban(id, .init(person("u2", on: far))), by: ann)
    try hall.run(.invite(id, .init(dan)), by: ann)

    let new = person("new")
    #expect(hall.refusal(of: .ban(id, .init(new)), by: ann) == .resourceLimitExceeded)
    #expect(hall.refusal(of: .invite(id, .init(new)), by: ann) == .resourceLimitExceeded)
    #expect(
      hall.refusal(of: .knock(.id(id), profile: Profile(), content: [:]), by: new) == .resourceLimitExceeded)
    // Without power, that is said first.
    #expect(hall.refusal(of: .ban(id, .init(new)), by: bob) == .forbidden)

    try hall.leave(id, bob)
    try hall.run(.ban(id, .init(cem)), by: ann)
    try hall.run(.unban(id, .init(person("u1"))), by: ann)
    try hall.join(id, dan)
    try hall.run(.invite(id, .init(bob)), by: ann)
  }

  @Test func aNewRoomHasThatBoundToo() throws {
    var limits = RoomLimits()
    limits.otherMembers = 1
    var hall = Hall(limits: limits)
    var creation = RoomCreation(roomID("new"))
    creation.invites = [.init(bob), .init(cem)]
    #expect(hall.refusal(of: .create(creation), by: ann) == .resourceLimitExceeded)
    creation.invites = [.init(bob)]
    try hall.run(.create(creation), by: ann)
  }
}
