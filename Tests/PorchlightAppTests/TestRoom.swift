import MatrixWire

@testable import PorchlightApp

/// Rooms, in few words.
struct TestRoom {
  let id: RoomID
  let state: [RoomEvent]

  static func room(_ name: String, _ title: String, _ rule: RoomJoinRule, with others: [String]) -> TestRoom {
    TestRoom(
      id: .named(name),
      state: [
        RoomEvent(type: "m.room.name", sender: .own, stateKey: "", content: .name(title)),
        RoomEvent(type: "m.room.join_rules", sender: .own, stateKey: "", content: .joinRule(rule)),
      ] + (["mara"] + others).map { .member($0) })
  }

  static func changed(_ name: String, _ state: [RoomEvent]) -> TestRoom {
    TestRoom(id: .named(name), state: state)
  }
}

extension RoomID {
  static func named(_ name: String) -> RoomID {
    guard let room = RoomID("!\(name):harbor.example") else { preconditionFailure("a test names \(name)") }
    return room
  }
}

extension RoomEvent {
  static func member(_ name: String, _ membership: Membership = .join) -> RoomEvent {
    let user = UserID.user(name)
    return RoomEvent(
      type: "m.room.member", sender: user, stateKey: user.rawValue,
      content: .member(user, MemberContent(membership)))
  }
}

extension RoomsUpdate {
  static func joined(_ rooms: [TestRoom]) -> RoomsUpdate {
    RoomsUpdate(
      joined: Dictionary(
        rooms.map { ($0.id, RoomUpdate(state: $0.state)) }, uniquingKeysWith: { first, _ in first }))
  }
}
