import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What a roster of direct rooms makes of what its user wants, and what it tells of it (Protocol 9.1 to 9.3).
struct RoomRosterSourceTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.server.register("bob")
  }

  private func source(of session: Session, seed: UInt64 = 1) -> RoomRosterSource {
    RoomRosterSource(session, .plain, seed: seed)
  }

  /// The roster that a source tells, from now on.
  private func roster(of source: RoomRosterSource) -> Box<Roster> {
    let box = Box<Roster>()
    simulation.start {
      try? await source.run { step in
        guard case .update(let update) = step else { return }
        var roster = box.value ?? Roster(userID: source.session.userID)
        _ = roster.apply(update, at: source.session.time.instant)
        box.set(roster)
      }
    }
    simulation.advance(by: .seconds(1))
    return box
  }

  private func perform(_ change: ContactChange, by source: RoomRosterSource) throws {
    try simulation.run { try await source.perform(.change(change)) }
    simulation.advance(by: .seconds(1))
  }

  private func direct(of session: Session) throws -> [String] {
    var request = ClientAPI.accountData("m.direct", of: session.userID)
    request.accessToken = session.credentials.accessToken
    let answer = try server.respond(to: request)
    guard answer.status == 200, case .object(let object) = try CanonicalJSON(parsing: answer.body) else {
      return []
    }
    return object.members.map(\.key)
  }

  @Test func anInviteIsADirectRoomAndItsAnswerMakesContacts() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let (hers, his) = (roster(of: anns), roster(of: bobs))
    try perform(.invite(bob.userID), by: anns)
    #expect(hers.value?.contact(bob.userID)?.relation == .pending)
    #expect(his.value?.invite(from: ann.userID) != nil)
    #expect(try direct(of: ann) == [bob.userID.rawValue])
    try perform(.accept(ann.userID), by: bobs)
    #expect(his.value?.invite(from: ann.userID) == nil)
    #expect(his.value?.contact(ann.userID)?.relation == .accepted)
    #expect(hers.value?.contact(bob.userID)?.relation == .accepted)
    #expect(hers.value?.contact(bob.userID)?.state == .online)
    #expect(hers.value?.around.isEmpty == true)
    #expect(try direct(of: bob) == [ann.userID.rawValue])
  }

  @Test func asSoonAsBothAskTheyAreContacts() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let (hers, his) = (roster(of: anns), roster(of: bobs))
    try perform(.invite(bob.userID), by: anns)
    try perform(.invite(ann.userID), by: bobs)
    #expect(hers.value?.contact(bob.userID)?.relation == .accepted)
    #expect(his.value?.contact(ann.userID)?.relation == .accepted)
    #expect(hers.value?.rooms.rooms.count == 1)
  }

  @Test func askingTwiceMakesOneRoom() throws {
    let anns = source(of: ann)
    let hers = roster(of: anns)
    try perform(.invite(bob.userID), by: anns)
    try perform(.invite(bob.userID), by: anns)
    #expect(hers.value?.rooms.rooms.count == 1)
  }

  @Test func aDenialIsHeardByWhoAsked() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let (hers, his) = (roster(of: anns), roster(of: bobs))
    try perform(.invite(bob.userID), by: anns)
    try perform(.deny(ann.userID), by: bobs)
    #expect(his.value?.invite(from: ann.userID) == nil)
    #expect(hers.value?.contact(bob.userID) == nil)
    #expect(his.value?.contact(ann.userID) == nil)
  }

  @Test func whoIsIgnoredIsNotTold() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let (hers, his) = (roster(of: anns), roster(of: bobs))
    try perform(.invite(bob.userID), by: anns)
    try perform(.ignore(ann.userID), by: bobs)
    #expect(his.value?.invite(from: ann.userID) == nil)
    #expect(hers.value?.contact(bob.userID)?.relation == .pending)
    let again = try simulation.run { [bob] in try await RoomRosterSource(bob, .plain, seed: 9).read() }
    #expect(again.asking.isEmpty)
  }

  @Test func aRemovalLeavesTheRoomAndTheOtherHearsOfIt() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let (hers, his) = (roster(of: anns), roster(of: bobs))
    try perform(.invite(bob.userID), by: anns)
    try perform(.accept(ann.userID), by: bobs)
    try perform(.remove(bob.userID), by: anns)
    #expect(hers.value?.contact(bob.userID) == nil)
    #expect(his.value?.contact(ann.userID) == nil)
    #expect(try direct(of: ann).isEmpty)
    #expect(hers.value?.rooms.rooms.isEmpty == true)
  }

  @Test func whoSharesAnotherRoomStaysAround() throws {
    let anns = source(of: ann)
    let hers = roster(of: anns)
    let bobs = source(of: bob, seed: 2)
    try simulation.run { [ann, bob] in
      let room = try await ann.createRoom(CreateRoomRequest(name: "Boat club", invite: [bob.userID]))
      try await bob.join(room)
    }
    simulation.advance(by: .seconds(1))
    #expect(hers.value?.around[bob.userID] != nil)
    try perform(.invite(bob.userID), by: anns)
    #expect(hers.value?.contact(bob.userID)?.relation == .pending)
    try perform(.accept(ann.userID), by: bobs)
    try perform(.remove(bob.userID), by: anns)
    #expect(hers.value?.around[bob.userID] != nil)
  }

  @Test func otherEntriesOfDirectRoomsAreNotTouched() throws {
    let other = #"{"@old:x.example":["!gone:x.example"],"bob@mail.example":[1.50]}"#
    var request = ClientAPI.accountData("m.direct", of: ann.userID)
    request.method = .put
    request.body = Array(other.utf8)
    request.accessToken = ann.credentials.accessToken
    #expect(try server.respond(to: request).status == 200)
    try perform(.invite(bob.userID), by: source(of: ann))
    request.method = .get
    request.body = []
    let text = String(decoding: try server.respond(to: request).body, as: UTF8.self)
    #expect(text.contains(#""@old:x.example":["!gone:x.example"]"#))
    #expect(text.contains(#""bob@mail.example":[1.50]"#))
    #expect(text.contains(bob.userID.rawValue))
  }

  @Test func twoInvitesAtOnceAreBothKept() throws {
    let cid = try server.register("cid")
    let anns = source(of: ann)
    _ = roster(of: anns)
    way.delay(.milliseconds(200))
    simulation.start { [bob] in try? await anns.perform(.change(.invite(bob.userID))) }
    simulation.start { try? await anns.perform(.change(.invite(cid.userID))) }
    simulation.advance(by: .seconds(5))
    #expect(try direct(of: ann).count == 2)
  }

  @Test func aCommandNeedsNoStreamToAnswer() throws {
    try perform(.invite(ann.userID), by: source(of: bob))
    let asking = try simulation.run { [ann] in try await RoomRosterSource(ann, .plain, seed: 3).read().asking
    }
    #expect(asking.map(\.observer) == [bob.userID])
    try perform(.accept(bob.userID), by: source(of: ann, seed: 4))
    let roster = try simulation.run { [ann] in try await RoomRosterSource(ann, .plain, seed: 5).read() }
    #expect(roster.contact(bob.userID)?.relation == .accepted)
  }

  @Test(arguments: [
    (ContactChange.accept, "does not ask to see you"), (ContactChange.deny, "does not ask to see you"),
    (ContactChange.remove, "is in no direct room with you"),
  ])
  func whatCannotBeDoneIsSaidInWords(change: @Sendable (UserID) -> ContactChange, words: String) throws {
    let change = change(bob.userID)
    let error = #expect(throws: SDKError.self) { try perform(change, by: source(of: ann)) }
    #expect(error?.message == words)
    #expect(error?.isTransient == false)
  }

  @Test func whoQuitsIsOfflineToOthersAtOnce() throws {
    let (anns, bobs) = (source(of: ann), source(of: bob, seed: 2))
    let hers = roster(of: anns)
    let task = simulation.start { try? await bobs.run { _ in } }
    simulation.advance(by: .seconds(1))
    try perform(.invite(bob.userID), by: anns)
    try perform(.accept(ann.userID), by: bobs)
    #expect(hers.value?.contact(bob.userID)?.state == .online)
    simulation.stop(task)
    _ = try simulation.run { await bobs.leave(saying: nil, patience: .seconds(1)) }
    simulation.advance(by: .seconds(2))
    #expect(hers.value?.contact(bob.userID)?.state == .offline)
  }
}
