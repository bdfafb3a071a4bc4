import MatrixWire
import RoomCore
import TestNames
import Testing

/// What takes power, beside what the authorization rules say.
struct PowerTests {
  private var hall = Hall()

  // MARK: Redactions

  @Test mutating func usersRedactWhatTheySentAndThoseWithPowerWhatOthersSent() throws {
    let id = try hall.room(.publicChat, with: [bob, cem])
    try hall.run(.send(id, type: "m.room.message", content: ["body": "a"]), by: bob)
    let message = try #require(hall.events.last)
    #expect(hall.refusal(of: .redact(message, reason: nil), by: cem) == .forbidden)
    #expect(hall.refusal(of: .redact(message, reason: nil), by: dan) == .forbidden)
    try hall.run(.redact(message, reason: "noise"), by: bob)
    #expect(hall.event(message.id).map { json($0.content) } == "{}")
    let redaction = try #require(hall.events.last)
    #expect(json(redaction.content) == #"{"reason":"noise","redacts":"\#(message.id)"}"#)
    #expect(hall.event(message.id)?.redactedBy == redaction.id)

    try hall.run(.send(id, type: "m.room.message", content: ["body": "b"]), by: bob)
    let other = try #require(hall.events.last)
    try hall.run(.redact(other, reason: nil), by: ann)
    #expect(hall.event(other.id).map { json($0.content) } == "{}")
  }

  @Test mutating func theFirstEventIsNotRedacted() throws {
    let id = try hall.room()
    let first = try #require(hall.events.first)
    #expect(first.room == id)
    #expect(hall.refusal(of: .redact(first, reason: nil), by: ann) == .forbidden)
  }

  @Test mutating func aRedactionIsNeitherSentNorSetAsState() throws {
    let id = try hall.room(.publicChat, with: [bob])
    let content: CanonicalJSON.Object = ["redacts": "$event"]
    let type = RoomEventType.redaction
    #expect(hall.refusal(of: .send(id, type: type, content: content), by: ann) == .invalidParameter)
    for key in ["", "key"] {
      let action = RoomCommand.Action.setState(id, StateKey(type, key), content: content, profile: nil)
      #expect(hall.refusal(of: action, by: ann) == .invalidParameter)
    }
  }

  // MARK: Aliases and the directory

  @Test mutating func anAliasIsMadeByAMemberAndTakenAwayByItsMakerOrByPower() throws {
    let id = try hall.room(.publicChat, with: [bob, cem])
    #expect(hall.refusal(of: .setAlias(alias("a"), id), by: dan) == .forbidden)
    #expect(hall.refusal(of: .setAlias(alias("a", on: far), id), by: bob) == .invalidParameter)
    try hall.run(.setAlias(alias("a"), id), by: bob)
    try hall.run(.setAlias(alias("b"), id), by: bob)
    #expect(hall.refusal(of: .setAlias(alias("a"), id), by: ann) == .roomInUse)
    #expect(hall.refusal(of: .removeAlias(alias("a")), by: cem) == .forbidden)
    #expect(hall.refusal(of: .removeAlias(alias("none")), by: ann) == .notFound)
    try hall.run(.removeAlias(alias("a")), by: bob)
    try hall.run(.removeAlias(alias("b")), by: ann)
    #expect(hall.rules.aliases(of: id) == [])
  }

  @Test mutating func anAliasLeavesTheRoomsOwnListWithItsRemovalByPowerOnly() throws {
    let id = try hall.room(.publicChat, with: [bob])
    for name in ["a", "b", "c"] { try hall.run(.setAlias(alias(name), id), by: bob) }
    let type = RoomEventType.canonicalAlias
    let list: CanonicalJSON.Object = [
      "alias": "#a:porch.example", "alt_aliases": ["#b:porch.example", "#c:porch.example"],
    ]
    try hall.set(type, list, in: id)
    try hall.run(.removeAlias(alias("a")), by: bob)
    #expect(hall.content(type, in: id) == json(list), "Bob may not write the list.")
    try hall.run(.removeAlias(alias("b")), by: ann)
    #expect(
      hall.content(type, in: id)
        == ##"{"alias":"#a:porch.example","alt_aliases":["#c:porch.example"]}"##)
  }

  @Test mutating func aRoomHasABoundedNumberOfAliases() throws {
    var limits = RoomLimits()
    limits.aliasesPerRoom = 2
    var hall = Hall(limits: limits)
    let id = try hall.room()
    for name in ["a", "b"] { try hall.run(.setAlias(alias(name), id), by: ann) }
    #expect(hall.refusal(of: .setAlias(alias("c"), id), by: ann) == .tooLarge)
  }

  @Test mutating func theDirectoryListsARoomWhereAUserWithPowerSaysSo() throws {
    let id = try hall.room(.publicChat, with: [bob])
    #expect(hall.refusal(of: .setListed(id, true), by: bob) == .forbidden)
    #expect(hall.refusal(of: .setListed(id, true), by: dan) == .forbidden)
    try hall.run(.setListed(id, true), by: ann)
    #expect(try hall.room(id).isListed)
    #expect(try hall.run(.setListed(id, true), by: ann).changes.isEmpty)
    try hall.set(RoomEventType.powerLevels, ["users": [ann.rawValue: 100, bob.rawValue: 50]], in: id)
    try hall.run(.setListed(id, false), by: bob)
    #expect(try !hall.room(id).isListed)
  }
}
