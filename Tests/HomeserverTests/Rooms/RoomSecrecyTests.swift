import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// What streams must not tell of rooms.
struct RoomSecrecyTests {
  private let includingLeft = #"{"room":{"include_leave":true,"timeline":{"limit":1}}}"#

  /// A private room of Ann's with a topic.
  private func privateRoom(_ world: inout RoomWorld) throws -> RoomID {
    let id = try world.room(.privateChat)
    let topic: CanonicalJSON.Object = ["topic": "a secret topic"]
    try world.run(.setState(id, StateKey("m.room.topic"), content: topic, profile: nil), by: "ann")
    return id
  }

  @Test func whoDeclinesAnInviteIsToldNothingOfTheRoom() throws {
    var world = try RoomWorld()
    let since = try world.sync("bob").nextBatch
    let id = try privateRoom(&world)
    try world.say("a secret message", in: id, by: "ann")
    try world.run(.invite(id, .init(try world.user("bob"))), by: "ann")
    try world.leave(id, "bob")
    let old = try world.client.send(
      .get, "r0/initialSync", as: world.tokens["bob"], query: [.init("archived", "true")])
    #expect(old.status == 200)
    let texts = [
      try world.syncText("bob", filter: includingLeft), try world.syncText("bob", since: since),
      try world.syncText("bob", since: since, filter: includingLeft), old.text,
    ]
    for text in texts {
      #expect(text.contains(id.rawValue), "They hear that they left.")
      #expect(!text.contains("secret"))
      #expect(!text.contains("m.room.power_levels"))
    }
  }

  @Test func whoIsBannedAfterLeavingIsToldTheStateOfWhenTheyLeft() throws {
    var world = try RoomWorld()
    let id = try world.room(.privateChat, with: ["bob"])
    let since = try world.sync("bob").nextBatch
    try world.leave(id, "bob")
    for number in 1...15 {
      let topic: CanonicalJSON.Object = ["topic": .string("later secret \(number)")]
      try world.run(.setState(id, StateKey("m.room.topic"), content: topic, profile: nil), by: "ann")
    }
    try world.run(.ban(id, .init(try world.user("bob"))), by: "ann")
    for filter in [nil, includingLeft] {
      #expect(try !world.syncText("bob", since: since, filter: filter).contains("secret"))
      #expect(try !world.syncText("bob", filter: filter).contains("secret"))
    }
  }

  @Test(arguments: [1, 2]) func ofARoomThatTheyLeftUsersAreToldWhatTheyFoundThere(visits: Int) throws {
    var world = try RoomWorld()
    let id = try privateRoom(&world)
    func set(_ type: String, _ content: CanonicalJSON.Object) throws {
      try world.run(.setState(id, StateKey(type), content: content, profile: nil), by: "ann")
    }
    try set(RoomEventType.historyVisibility, ["history_visibility": "joined"])
    try set(RoomEventType.topic, ["topic": "another secret topic"])
    for visit in 1...visits {
      try world.run(.invite(id, .init(try world.user("bob"))), by: "ann")
      try set(RoomEventType.topic, ["topic": .string("tea \(visit)")])
      try world.join(id, "bob")
      try world.leave(id, "bob")
      try set(RoomEventType.topic, ["topic": "a secret topic"])
    }
    for limit in [1, 10] {
      let text = try world.syncText(
        "bob", filter: #"{"room":{"include_leave":true,"timeline":{"limit":\#(limit)}}}"#)
      #expect(text.contains("tea \(visits)") && !text.contains("secret"), "\(limit)")
      #expect(text.contains("m.room.create"))
    }
  }

  @Test func whatWasRedactedIsNotToldBesideWhatReplacedIt() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("bob").nextBatch
    var first: EventID?
    for text in ["a secret", "harmless"] {
      let topic: CanonicalJSON.Object = ["topic": .string(text)]
      let event = try world.run(
        .setState(id, StateKey("m.room.topic"), content: topic, profile: nil), by: "ann"
      ).event
      first = first ?? event
    }
    #expect(try world.syncText("bob", since: since).contains("a secret"))
    try world.run(.redact(world.stored(#require(first)), reason: nil), by: "ann")
    #expect(try !world.syncText("bob", since: since).contains("a secret"))
    #expect(try !world.syncText("bob").contains("a secret"))
  }

  @Test func aReasonThatWasRedactedItselfIsToldNoMore() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let since = try world.sync("bob").nextBatch
    let message = try world.stored(world.say("harmless", in: id, by: "ann"))
    let redaction = try world.run(.redact(message, reason: "a secret"), by: "ann").event
    #expect(try world.syncText("bob", since: since).contains("a secret"))
    try world.run(.redact(world.stored(#require(redaction)), reason: nil), by: "ann")
    #expect(try !world.syncText("bob", since: since).contains("a secret"))
  }

  @Test func whoSpeaksIsToldWithoutWhatTheyWereBeforeTheViewerCame() throws {
    var world = try RoomWorld()
    let id = try world.room()
    let rule: CanonicalJSON.Object = ["history_visibility": "joined"]
    try world.run(
      .setState(id, StateKey(RoomEventType.historyVisibility), content: rule, profile: nil), by: "ann")
    for name in ["a secret", "Ann"] {
      try world.run(.setProfile(Profile(displayName: name), rooms: [id]), by: "ann")
    }
    try world.join(id, "bob")
    let lazy = #"{"room":{"state":{"lazy_load_members":true}}}"#
    let since = try world.sync("bob", filter: lazy).nextBatch
    try world.say("hello", in: id, by: "ann")
    let text = try world.syncText("bob", since: since, filter: lazy)
    #expect(text.contains(#""displayname":"Ann""#) && !text.contains("a secret"))
  }

  @Test func eventsBeginWithTheJoinWhateverAFilterLetsThrough() throws {
    var world = try RoomWorld()
    let id = try world.room()
    let from = try world.sync("bob").nextBatch
    try world.say("before", in: id, by: "ann")
    try world.join(id, "bob")
    try world.say("after", in: id, by: "ann")
    for filter in ["{}", #"{"room":{"timeline":{"types":["m.room.message"]}}}"#] {
      let answer = try world.client.send(
        .get, "api/v1/events", as: world.tokens["bob"],
        query: [.init("from", from.rawValue), .init("timeout", "0"), .init("filter", filter)])
      #expect(answer.text.contains("after") && !answer.text.contains("before"))
    }
  }

  @Test func ofFilteredEventsNoTypingAndNoReceiptsAreTold() throws {
    var world = try RoomWorld()
    let id = try world.room(with: ["bob"])
    let from = try world.sync("bob").nextBatch
    try world.type(.seconds(20), in: id, by: "ann")
    let answer = try world.client.send(
      .get, "api/v1/events", as: world.tokens["bob"],
      query: [
        .init("from", from.rawValue), .init("timeout", "0"),
        .init("filter", #"{"room":{"ephemeral":{"types":[]}}}"#),
      ])
    #expect(!answer.text.contains("m.typing"))
    let filter = #"{"room":{"ephemeral":{"not_senders":["\#(try world.user("ann"))"]}}}"#
    #expect(try world.sync("bob", since: from, filter: filter).rooms.isEmpty)
  }
}
