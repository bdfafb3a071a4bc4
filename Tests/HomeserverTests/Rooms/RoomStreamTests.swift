import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// What `/sync` tells of rooms.
struct RoomStreamTests {
  @Test func aClientThatBeginsIsToldItsRoomsWhole() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"]) { $0.name = "The hall" }
    try world.say("hello", in: id, by: "ann")
    let answer = try world.sync("bob")
    let hall = try #require(answer.rooms.joined[id])
    #expect(hall.bodies == ["hello"])
    #expect(hall.summary.joinedCount == 2)
    #expect(hall.unread?.notifications == 1)
    let types = Set(hall.stateChanges.map(\.type))
    #expect(types.isSuperset(of: ["m.room.create", "m.room.member", "m.room.power_levels", "m.room.name"]))
    #expect(try world.sync("bob", since: answer.nextBatch).rooms.isEmpty)
    #expect(try world.sync("cem").rooms.isEmpty)
  }

  @Test func whatIsSaidIsToldOnceAndInOrder() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    var since = try world.sync("bob").nextBatch
    for text in ["one", "two", "three"] { try world.say(text, in: id, by: "ann") }
    let answer = try world.sync("bob", since: since)
    #expect(answer.rooms.joined[id]?.bodies == ["one", "two", "three"])
    #expect(answer.rooms.joined[id]?.isLimited == false)
    #expect(answer.rooms.joined[id]?.state.isEmpty == true)
    since = answer.nextBatch
    #expect(try world.sync("bob", since: since).rooms.isEmpty)
    try world.say("four", in: id, by: "bob")
    #expect(try world.sync("bob", since: since).rooms.joined[id]?.bodies == ["four"])
  }

  @Test func ofMuchTheNewestIsToldAndThatThereIsMore() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("bob").nextBatch
    for number in 1...25 { try world.say("\(number)", in: id, by: "ann") }
    let name: CanonicalJSON.Object = ["name": "Hall"]
    try world.run(.setState(id, StateKey("m.room.name"), content: name, profile: nil), by: "ann")
    for number in 26...40 { try world.say("\(number)", in: id, by: "ann") }
    let hall = try #require(try world.sync("bob", since: since).rooms.joined[id])
    #expect(hall.bodies == (31...40).map(String.init))
    #expect(hall.isLimited)
    #expect(hall.prevBatch != nil)
    #expect(
      hall.state.map(\.content) == [.name("Hall")], "State that the timeline leaves out is told beside it.")
    let filter = #"{"room":{"timeline":{"limit":3}}}"#
    #expect(
      try world.sync("bob", since: since, filter: filter).rooms.joined[id]?.bodies == ["38", "39", "40"])
  }

  @Test func aUserWhoJoinsIsToldTheRoomAndThoseInIt() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    try world.say("before", in: id, by: "ann")
    let (ann, cem) = (try world.sync("ann").nextBatch, try world.sync("cem").nextBatch)
    try world.join(id, "cem")
    let joiner = try world.sync("cem", since: cem)
    let hall = try #require(joiner.rooms.joined[id])
    #expect(hall.bodies == ["before"])
    #expect(hall.stateChanges.contains { $0.type == "m.room.create" })
    #expect(world.told(joiner).sorted() == ["ann", "bob"])
    let member = try world.sync("ann", since: ann)
    #expect(world.told(member) == ["cem"])
    #expect(member.rooms.joined[id]?.timeline.map(\.type) == ["m.room.member"])
    #expect(member.rooms.joined[id]?.summary.joinedCount == 3)
    #expect(world.told(try world.sync("ann", since: member.nextBatch)) == [])
    #expect(world.told(try world.sync("cem", since: joiner.nextBatch)) == [])
  }

  @Test func whoIsInvitedIsToldWhatTheRoomIs() throws {
    var world = try RoomWorld()
    let id = try world.room(.privateChat) { $0.name = "Attic" }
    let since = try world.sync("bob").nextBatch
    try world.run(.invite(id, .init(try world.user("bob"))), by: "ann")
    let answer = try world.sync("bob", since: since)
    let stripped = try #require(answer.rooms.invited[id])
    #expect(stripped.contains { $0.content == .name("Attic") })
    let own = try #require(
      stripped.first { $0.stateKey == (try? world.user("bob"))?.rawValue })
    #expect(own.sender == (try world.user("ann")))
    #expect(world.told(answer) == [], "Who is invited sees nobody yet.")
    #expect(try world.sync("bob", since: answer.nextBatch).rooms.isEmpty)
    #expect(try world.sync("bob").rooms.invited[id] != nil)
    try world.leave(id, "bob")
    let declined = try world.sync("bob", since: answer.nextBatch)
    #expect(declined.rooms.left[id]?.timeline.count == 1)
    #expect(declined.rooms.joined.isEmpty && declined.rooms.invited.isEmpty)
  }

  @Test func whoLeavesIsToldWhatWasSaidUntilThenAndNoMore() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    var since = try world.sync("bob").nextBatch
    try world.say("last words", in: id, by: "ann")
    try world.leave(id, "bob")
    try world.say("behind the back", in: id, by: "ann")
    let answer = try world.sync("bob", since: since)
    #expect(answer.rooms.left[id]?.bodies == ["last words"])
    #expect(answer.rooms.joined[id] == nil)
    since = answer.nextBatch
    try world.say("more", in: id, by: "ann")
    #expect(try world.sync("bob", since: since).rooms.isEmpty)
    #expect(try world.sync("bob").rooms.left.isEmpty)
    let old = try world.sync("bob", filter: #"{"room":{"include_leave":true}}"#)
    #expect(old.rooms.left[id]?.bodies == ["last words"])
    try world.run(.forget(id), by: "bob")
    #expect(try world.sync("bob", filter: #"{"room":{"include_leave":true}}"#).rooms.left.isEmpty)
  }

  @Test func typingAndReceiptsAreToldToMembersWhileTheyLast() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let message = try world.say("hello", in: id, by: "ann")
    var since = try world.sync("ann").nextBatch
    try world.type(.seconds(20), in: id, by: "bob")
    var answer = try world.sync("ann", since: since)
    #expect(answer.rooms.joined[id]?.ephemeral == [.typing([try world.user("bob")])])
    since = answer.nextBatch
    #expect(try world.sync("ann", since: since).rooms.isEmpty)
    world.client.simulation.advance(by: .seconds(21))
    answer = try world.sync("ann", since: since)
    #expect(answer.rooms.joined[id]?.ephemeral == [.typing([])])
    since = answer.nextBatch
    try world.read(message, in: id, by: "bob")
    answer = try world.sync("ann", since: since)
    guard case .receipts(let receipts) = answer.rooms.joined[id]?.ephemeral.first else {
      Issue.record("no receipts")
      return
    }
    #expect(receipts.map(\.user) == [try world.user("bob")])
    try world.read(message, in: id, by: "ann", .privateRead)
    #expect(try world.sync("bob", since: world.sync("bob").nextBatch).rooms.isEmpty)
    #expect(try !world.syncText("bob").contains("m.read.private"))
    #expect(try world.syncText("ann").contains("m.read.private"))
  }

  @Test func aFilterLetsThroughWhatItSays() throws {
    var world = try RoomWorld()
    let (one, two) = (try world.room(with: ["bob"]), try world.room(with: ["bob"]))
    let since = try world.sync("bob").nextBatch
    for id in [one, two] {
      try world.say("hello", in: id, by: "ann")
      try world.type(.seconds(20), in: id, by: "ann")
    }
    var filter = #"{"room":{"rooms":["\#(one)"]}}"#
    #expect(Set(try world.sync("bob", since: since, filter: filter).rooms.joined.keys) == [one])
    filter = #"{"room":{"not_rooms":["\#(one)"],"ephemeral":{"types":[]}}}"#
    let answer = try world.sync("bob", since: since, filter: filter)
    #expect(Set(answer.rooms.joined.keys) == [two])
    #expect(answer.rooms.joined[two]?.ephemeral == [])
    filter = #"{"room":{"timeline":{"not_types":["m.room.message"]},"ephemeral":{"types":[]}}}"#
    #expect(try world.sync("bob", since: since, filter: filter).rooms.isEmpty)
    filter =
      #"{"room":{"timeline":{"not_senders":["\#(try world.user("ann"))"]},"ephemeral":{"types":["m.receipt"]}}}"#
    #expect(try world.sync("bob", since: since, filter: filter).rooms.isEmpty)
  }

  @Test func lazyMembersAreThoseWhoSpeak() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob", "cem"])
    for number in 1...12 { try world.say("\(number)", in: id, by: "cem") }
    let filter = #"{"room":{"state":{"lazy_load_members":true}}}"#
    let first = try world.sync("bob", filter: filter)
    #expect(members(first.rooms.joined[id]?.state) == ["bob", "cem"])
    try world.say("and", in: id, by: "ann")
    let next = try world.sync("bob", since: first.nextBatch, filter: filter)
    #expect(members(next.rooms.joined[id]?.state) == ["ann"])
  }

  private func members(_ state: [RoomEvent]?) -> Set<String> {
    Set(
      (state ?? []).compactMap { event in
        if case .member(let user, _) = event.content { String(user.localpart) } else { nil }
      })
  }

  @Test func aDeviceIsToldWithWhichTransactionItSent() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("ann").nextBatch
    let answer = try world.client.send(
      .put, "v3/rooms/\(id)/send/m.room.message/t1", #"{"body":"x","msgtype":"m.text"}"#,
      as: world.tokens["ann"])
    guard answer.status == 200 else { return }
    #expect(try world.syncText("ann", since: since).contains(#""transaction_id":"t1""#))
    #expect(try !world.syncText("bob").contains("transaction_id"))
  }

  @Test func whatIsRedactedLosesItsContentForThoseWhoAskLater() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let event = try world.say("a secret", in: id, by: "ann")
    let since = try world.sync("bob").nextBatch
    try world.run(.redact(world.stored(event), reason: "oops"), by: "ann")
    let text = try world.syncText("bob", since: since)
    #expect(text.contains("m.room.redaction") && text.contains(event.rawValue))
    let later = try world.syncText("bob")
    #expect(!later.contains("a secret"))
    #expect(later.contains("redacted_because"))
  }

  @Test func tagsAreToldToTheirUserOnly() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let (ann, bob) = (try world.sync("ann").nextBatch, try world.sync("bob").nextBatch)
    try world.run(.setTag(id, "m.favourite", body: Array(#"{"order":1}"#.utf8)), by: "ann")
    #expect(try world.syncText("ann", since: ann).contains("m.favourite"))
    #expect(try world.sync("bob", since: bob).rooms.isEmpty)
    #expect(try world.syncText("ann").contains("m.favourite"))
  }

  @Test func fullStateTellsEverythingAgain() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("bob").nextBatch
    let again = try world.sync("bob", since: since, more: [.init("full_state", "true")])
    #expect(again.rooms.joined[id]?.stateChanges.contains { $0.type == "m.room.create" } == true)
  }

  @Test func stateThatTheTimelineFilterKeepsOutIsToldBesideIt() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    try world.say("one", in: id, by: "ann")
    let topic: CanonicalJSON.Object = ["topic": "between"]
    try world.run(.setState(id, StateKey("m.room.topic"), content: topic, profile: nil), by: "ann")
    try world.say("two", in: id, by: "ann")
    let filter = #"{"room":{"timeline":{"types":["m.room.message"]}}}"#
    let hall = try #require(try world.sync("bob", filter: filter).rooms.joined[id])
    #expect(hall.bodies == ["one", "two"])
    #expect(hall.state.contains { $0.content == .topic("between") })
  }

  @Test func fullStateGoesOnWithTheTimelineAndTellsWhoWasRemoved() throws {
    var world = try RoomWorld()
    let (one, two) = (try world.room(with: ["bob"]), try world.room(with: ["bob"]))
    try world.say("old", in: one, by: "ann")
    let since = try world.sync("bob").nextBatch
    try world.say("new", in: one, by: "ann")
    try world.run(.kick(two, .init(try world.user("bob"))), by: "ann")
    let answer = try world.sync("bob", since: since, more: [.init("full_state", "true")])
    #expect(answer.rooms.joined[one]?.bodies == ["new"])
    #expect(answer.rooms.joined[one]?.state.contains { $0.type == "m.room.create" } == true)
    #expect(answer.rooms.left[two] != nil)
  }

  @Test func whoComesWhileOthersTypeIsToldSo() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("cem").nextBatch
    try world.type(.seconds(20), in: id, by: "bob")
    try world.join(id, "cem")
    let hall = try #require(try world.sync("cem", since: since).rooms.joined[id])
    #expect(hall.ephemeral == [.typing([try world.user("bob")])])
  }

  @Test func aClientHearsOfARoomThatAnotherLeftAndForgot() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("bob").nextBatch
    try world.leave(id, "bob")
    try world.run(.forget(id), by: "bob")
    let answer = try world.sync("bob", since: since)
    #expect(answer.rooms.left[id] != nil)
    #expect(try world.sync("bob", since: answer.nextBatch).rooms.isEmpty)
    #expect(try world.sync("bob", filter: #"{"room":{"include_leave":true}}"#).rooms.left.isEmpty)
  }
}
