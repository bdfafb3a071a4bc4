import MatrixWire
import Ports
import TestNames
import Testing

@testable import RoomCore

/// The authorization rules of room version 11.
struct AuthorizationTests {
  @Test(arguments: MembershipCases.all)
  func aMembershipIsAllowedOrRefused(by example: AuthorizationCase) { check(example) }

  @Test(arguments: EventCases.all)
  func anEventIsAllowedOrRefused(by example: AuthorizationCase) { check(example) }

  @Test(arguments: PowerLevelCases.all)
  func aChangeOfPowerIsAllowedOrRefused(by example: AuthorizationCase) { check(example) }

  @Test func thereAreEnoughCases() {
    let all = MembershipCases.all + EventCases.all + PowerLevelCases.all
    #expect(all.count >= 150)
    #expect(Set(all.map(\.testDescription)).count >= 150)
  }

  private func check(_ example: AuthorizationCase, _ location: SourceLocation = #_sourceLocation) {
    #expect(refusal(of: example.draft, in: example.room)?.rule == example.refusedBy, sourceLocation: location)
    let isAllowed = RulesByTheBook(room: example.room).allows(example.draft)
    #expect(isAllowed == (example.refusedBy == nil), "the rules by the book", sourceLocation: location)
  }

  private func refusal(of draft: Draft, in room: RawRoom) -> AuthorizationRefusal? {
    do throws(AuthorizationRefusal) {
      try RoomAuthorization(room.room).check(draft)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: 1...20)
  func noRandomEventIsTakenInTwoWays(seed: UInt64) {
    var random = RandomRooms(seed: seed)
    var allowed = 0
    for _ in 0..<250 {
      let room = random.room()
      let whole = RoomAuthorization(room.room)
      for _ in 0..<4 {
        let draft = random.draft(for: room)
        let isAllowed = (try? whole.check(draft)) != nil
        if isAllowed { allowed += 1 }
        let byTheBook = RulesByTheBook(room: room).allows(draft)
        #expect(isAllowed == byTheBook, "\(AuthorizationCase(room, draft, nil).testDescription) in \(room)")
      }
    }
    #expect((100...900).contains(allowed), "Both answers have to be frequent for this to mean anything.")
  }

  // MARK: The first event

  @Test(arguments: [
    ("raw", "porch.example", #"{"room_version":"11"}"#, nil), ("raw", "porch.example", "{}", nil),
    ("raw", "far.example", #"{"room_version":"11"}"#, "1.2"),
    ("raw", "porch.example", #"{"room_version":"1"}"#, "1.3"),
    ("raw", "porch.example", #"{"room_version":11}"#, "1.3"),
    ("raw", "porch.example:1", "{}", "1.2"),
  ])
  func aFirstEventIsAllowedOrRefused(name: String, on host: String, content: String, refusedBy: String?) {
    do throws(AuthorizationRefusal) {
      try RoomAuthorization.checkCreation(
        of: roomID(name, on: server(host)), by: ann, content: object(content))
      #expect(refusedBy == nil)
    } catch {
      #expect(error.rule == refusedBy)
    }
  }

  // MARK: The events that allow one

  @Test func anEventNamesTheStateThatAllowsIt() throws {
    let raw = RawRoom.standard.joinRule("restricted")
    let room = raw.room
    func ids(_ keys: [(String, String)]) -> Set<EventID> {
      Set(keys.compactMap { room.stateEventID(StateKey($0.0, $0.1)) })
    }
    func named(_ draft: Draft) -> Set<EventID> { Set(RoomAuthorization(room).authorizingEvents(of: draft)) }
    let always = [("m.room.create", ""), ("m.room.power_levels", "")]
    let member = "m.room.member"
    #expect(
      named(Draft(type: "m.room.message", sender: cem, content: [:]))
        == ids(always + [(member, cem.rawValue)]))
    #expect(
      named(.member("leave", cem, by: bob)) == ids(always + [(member, cem.rawValue), (member, bob.rawValue)]))
    #expect(
      named(.member("invite", cem, by: bob))
        == ids(always + [(member, cem.rawValue), (member, bob.rawValue), ("m.room.join_rules", "")]))
    let granted: CanonicalJSON.Object = ["join_authorised_via_users_server": .string(ann.rawValue)]
    #expect(
      named(.member("join", dan, by: dan, granted))
        == ids(always + [(member, ann.rawValue), ("m.room.join_rules", "")]))
    let ownMembership = RoomAuthorization(room).authorizingEvents(of: .member("join", cem, by: cem))
    #expect(ownMembership.count == Set(ownMembership).count)
  }
}
