import MatrixWire
import RoomCore
import TestNames
import Testing

/// What users become to rooms, and what their membership events say.
struct MemberTests {
  private var hall = Hall()

  private func last(_ hall: Hall) -> String { hall.events.last.map { json($0.content) } ?? "" }

  // MARK: By themselves

  @Test mutating func aMembershipCarriesNameAndPictureAlways() throws {
    let id = try hall.room(.publicChat)
    let profile = Profile(displayName: "Bob", avatarURL: "mxc://a/b")
    try hall.run(.join(.id(id), profile: profile, content: ["reason": "hello"]), by: bob)
    #expect(
      last(hall) == #"{"avatar_url":"mxc://a/b","displayname":"Bob","membership":"join","reason":"hello"}"#)
    try hall.leave(id, bob)
    #expect(last(hall) == #"{"avatar_url":"mxc://a/b","displayname":"Bob","membership":"leave"}"#)
    try hall.run(.invite(id, .init(cem)), by: ann)
    #expect(last(hall) == #"{"avatar_url":null,"displayname":null,"membership":"invite"}"#)
    try hall.run(.ban(id, .init(bob)), by: ann)
    #expect(last(hall) == #"{"avatar_url":"mxc://a/b","displayname":"Bob","membership":"ban"}"#)
  }

  @Test mutating func aRoomIsJoinedByItsAlias() throws {
    let id = try hall.room(.publicChat) { $0.aliasLocalpart = "hall" }
    let decision = try hall.run(.join(.alias(alias("hall")), profile: Profile(), content: [:]), by: bob)
    #expect(decision.room == id)
    #expect(hall.index.isJoined(bob, in: id))
  }

  @Test mutating func joiningAgainChangesNothing() throws {
    let id = try hall.room(.publicChat, with: [bob])
    let again = try hall.rules.decide(
      RoomCommand(.join(.id(id), profile: Profile(displayName: "Other"), content: [:]), by: bob),
      hall.index, now: hall.now)
    #expect(again.changes.isEmpty)
    #expect(again.room == id)
  }

  @Test mutating func leavingAgainChangesNothing() throws {
    let id = try hall.room(.publicChat, with: [bob])
    try hall.leave(id, bob)
    #expect(try hall.run(.leave(id, content: [:]), by: bob).changes.isEmpty)
  }

  @Test mutating func whatIsElsewhereIsRefusedInWords() throws {
    _ = try hall.room()
    for (reference, code) in [
      (RoomCommand.Reference.id(roomID("hall", on: far)), ErrorCode.notFound),
      (.alias(alias("hall", on: far)), .notFound), (.alias(alias("none")), .notFound),
    ] {
      #expect(hall.refusal(of: .join(reference, profile: Profile(), content: [:]), by: bob) == code)
    }
    #expect(hall.refusal(of: .invite(roomID("room1"), .init(person("fay", on: far))), by: ann) == .forbidden)
  }

  @Test mutating func aRejectedInviteCannotBeTaken() throws {
    let id = try hall.room()
    try hall.run(.invite(id, .init(bob)), by: ann)
    #expect(hall.index.rooms(of: bob, .invite) == [id])
    try hall.leave(id, bob)
    #expect(hall.index.rooms(of: bob, .invite) == [])
    #expect(hall.refusal(of: .join(.id(id), profile: Profile(), content: [:]), by: bob) == .forbidden)
  }

  // MARK: Restricted rooms

  @Test mutating func aMemberOfAnAllowedRoomIsLetInByAMemberWhoMayInvite() throws {
    let club = try hall.room(.publicChat, with: [bob])
    let id = try hall.room(.publicChat) {
      $0.initialState = [
        .init(
          StateKey("m.room.join_rules"),
          [
            "join_rule": "restricted",
            "allow": [["type": "m.room_membership", "room_id": .string(club.rawValue)]],
          ])
      ]
    }
    #expect(hall.refusal(of: .join(.id(id), profile: Profile(), content: [:]), by: cem) == .forbidden)
    // Nobody names the member who lets them in.
    let content: CanonicalJSON.Object = ["join_authorised_via_users_server": .string(ann.rawValue)]
    #expect(hall.refusal(of: .join(.id(id), profile: Profile(), content: content), by: cem) == .forbidden)
    try hall.join(id, bob)
    #expect(
      try #require(hall.events.last).fields["join_authorised_via_users_server"] == .string(ann.rawValue))
    try hall.leave(id, bob)
    try hall.leave(id, ann)
    #expect(hall.refusal(of: .join(.id(id), profile: Profile(), content: [:]), by: bob) == .unableToGrantJoin)
  }

  @Test mutating func aUserKnocksAndIsInvited() throws {
    let id = try hall.room(.publicChat)
    try hall.set("m.room.join_rules", ["join_rule": "knock"], in: id)
    try hall.run(.knock(.id(id), profile: Profile(), content: ["reason": "please"]), by: bob)
    #expect(hall.index.rooms(of: bob, .knock) == [id])
    try hall.run(.invite(id, .init(bob)), by: ann)
    try hall.join(id, bob)
    #expect(hall.index.isJoined(bob, in: id))
  }

  // MARK: By others

  @Test mutating func aKickedUserIsNeitherThereNorBanned() throws {
    let id = try hall.room(.publicChat, with: [bob])
    try hall.run(.kick(id, .init(bob, content: ["reason": "noise"])), by: ann)
    #expect(last(hall) == #"{"avatar_url":null,"displayname":"bob","membership":"leave","reason":"noise"}"#)
    #expect(hall.refusal(of: .kick(id, .init(bob)), by: ann) == .forbidden)
    try hall.join(id, bob)
  }

  @Test mutating func aBannedUserComesBackOnlyWhenUnbanned() throws {
    let id = try hall.room(.publicChat, with: [bob])
    #expect(hall.refusal(of: .unban(id, .init(bob)), by: ann) == .badState)
    try hall.run(.ban(id, .init(bob)), by: ann)
    #expect(hall.refusal(of: .join(.id(id), profile: Profile(), content: [:]), by: bob) == .forbidden)
    #expect(hall.refusal(of: .kick(id, .init(bob)), by: ann) == .badState)
    #expect(hall.refusal(of: .invite(id, .init(bob)), by: ann) == .forbidden)
    try hall.run(.unban(id, .init(bob)), by: ann)
    try hall.join(id, bob)
  }

  @Test mutating func whoIsNotInARoomLearnsNothingOfIt() throws {
    let id = try hall.room(with: [bob])
    for room in [id, roomID("none")] {
      #expect(hall.refusal(of: .invite(room, .init(dan)), by: cem) == .forbidden)
      #expect(hall.refusal(of: .kick(room, .init(bob)), by: cem) == .forbidden)
      #expect(hall.refusal(of: .send(room, type: "m.room.message", content: [:]), by: cem) == .forbidden)
      #expect(hall.refusal(of: .leave(room, content: [:]), by: cem) == .forbidden)
      #expect(hall.refusal(of: .forget(room), by: cem) == .forbidden)
    }
  }

  // MARK: Forgetting

  @Test mutating func aRoomIsForgottenOnceLeftAndSeenAgainAfterTheNextInvite() throws {
    let id = try hall.room(with: [bob])
    #expect(hall.refusal(of: .forget(id), by: bob) == .unknown)
    try hall.leave(id, bob)
    #expect(hall.index.rooms(of: bob, .leave) == [id])
    try hall.run(.forget(id), by: bob)
    #expect(hall.index.rooms(of: bob, .leave) == [])
    #expect(try hall.run(.forget(id), by: bob).changes.isEmpty)
    try hall.run(.invite(id, .init(bob)), by: ann)
    #expect(hall.index.rooms(of: bob, .invite) == [id])
  }

  // MARK: As state

  @Test mutating func ownStateGivesANameForOneRoom() throws {
    let id = try hall.room(.publicChat, with: [bob])
    let key = StateKey("m.room.member", bob.rawValue)
    let content: CanonicalJSON.Object = ["membership": "join", "displayname": "Bobby", "mood": 1]
    try hall.run(.setState(id, key, content: content, profile: Profile(displayName: "Bob")), by: bob)
    #expect(last(hall) == #"{"avatar_url":null,"displayname":"Bobby","membership":"join","mood":1}"#)
    #expect(try hall.room(id).member(bob)?.displayName == "Bobby")
  }

  @Test(arguments: [("invite", "cem"), ("ban", "bob"), ("leave", "bob")])
  mutating func stateOfOthersIsWhatItsEndpointDoes(membership: String, name: String) throws {
    let id = try hall.room(.publicChat, with: [bob])
    let key = StateKey("m.room.member", person(name).rawValue)
    let content: CanonicalJSON.Object = ["membership": .string(membership)]
    try hall.run(.setState(id, key, content: content, profile: nil), by: ann)
    #expect(try hall.room(id).membership(of: person(name)).rawValue == membership)
    #expect(
      hall.refusal(of: .setState(id, key, content: ["membership": "join"], profile: nil), by: ann)
        == .forbidden)
    #expect(
      hall.refusal(of: .setState(id, key, content: ["membership": "no"], profile: nil), by: ann) == .badJSON)
  }

  // MARK: Profiles

  @Test mutating func aNewNameGoesIntoEveryRoomAndKeepsWhatElseTheUserSays() throws {
    let rooms = [try hall.room(.publicChat, with: [bob]), try hall.room(.publicChat)]
    let left = try hall.room(.publicChat, with: [bob])
    try hall.leave(left, bob)
    let key = StateKey("m.room.member", bob.rawValue)
    let content: CanonicalJSON.Object = ["membership": "join", "mood": 1, "reason": "r", "is_direct": true]
    try hall.run(.setState(rooms[0], key, content: content, profile: nil), by: bob)
    try hall.join(rooms[1], bob)
    let profile = Profile(displayName: "Robert", avatarURL: "mxc://a/b")
    try hall.run(.setProfile(profile, rooms: hall.index.joinedRooms(of: bob)), by: bob)
    #expect(hall.events.map(\.room) == rooms)
    #expect(
      hall.events.map { json($0.content) } == [
        #"{"avatar_url":"mxc://a/b","displayname":"Robert","membership":"join","mood":1}"#,
        #"{"avatar_url":"mxc://a/b","displayname":"Robert","membership":"join"}"#,
      ])
    #expect(hall.events.map(\.position).sorted() == hall.events.map(\.position))
    try hall.run(.setProfile(profile, rooms: hall.index.joinedRooms(of: bob)), by: bob)
    #expect(hall.events.isEmpty)
  }

  @Test mutating func aRoomThatRefusesANewNameIsInTheWayOfNoOther() throws {
    let unknownRule = try hall.room(.publicChat, with: [bob])
    try hall.set("m.room.join_rules", ["join_rule": "private"], in: unknownRule)
    let full = try hall.room(.publicChat, with: [bob])
    let content: CanonicalJSON.Object = [
      "membership": "join", "notes": .string(String(repeating: "n", count: 64_000)),
    ]
    let key = StateKey("m.room.member", bob.rawValue)
    try hall.run(.setState(full, key, content: content, profile: nil), by: bob)
    let open = try hall.room(.publicChat, with: [bob])
    let profile = Profile(displayName: String(repeating: "b", count: 2_000))
    let decision = try hall.run(.setProfile(profile, rooms: [unknownRule, full, open, full]), by: bob)
    #expect(hall.events.map(\.room) == [open])
    #expect(decision.positions.count == 1, "What was refused takes no place in the stream.")
  }
}
