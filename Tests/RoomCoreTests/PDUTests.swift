import MatrixWire
import Ports
import TestNames
import Testing

@testable import RoomCore

struct PDUTests {
  private func event(
    _ draft: EventDraft, hasher: any ContentHasher = SHA256(), position: UInt64 = 1
  ) throws -> PDU { try make(draft, hasher: hasher, position: position).event }

  private func make(
    _ draft: EventDraft, hasher: any ContentHasher = SHA256(), position: UInt64 = 1
  ) throws -> (event: PDU, links: EventLinks) {
    let parts = PDU.Parts(
      room: roomID("hall"), draft: draft, timestamp: start.wall, depth: 3, previous: [try id("$before")],
      authorizing: [try id("$first"), try id("$member")], position: position)
    return try PDU.make(parts, hasher)
  }

  private func id(_ text: String) throws -> EventID { try #require(EventID(text)) }

  /// FIPS 180-4, the examples for SHA-256.
  @Test(arguments: [
    ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"),
    ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE"
    ),
  ])
  func theHasherOfTheseTestsIsRight(message: String, hash: String) {
    #expect(UnpaddedBase64.encode(SHA256().sha256(of: Array(message.utf8))) == hash)
  }

  /// The specification's appendices, "Event Signing", give the hash of this content and keys.
  @Test func aContentHashIsTheOneOfTheSpecification() {
    let minimal = object(
      #"""
      {"room_id":"!x:domain","sender":"@a:domain","origin":"domain","origin_server_ts":1000000,"type":"X",
      "content":{},"prev_events":[],"auth_events":[],"depth":3}
      """#)
    let hash = SHA256().sha256(of: CanonicalJSON.object(minimal).bytes)
    #expect(UnpaddedBase64.encode(hash) == "5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos")
  }

  @Test func anEventIsHashedAsServersSendIt() throws {
    let draft = EventDraft(
      type: "m.room.message", sender: ann, content: ["msgtype": "m.text", "body": "good evening"])
    let (event, links) = try make(draft)
    var form = object(
      #"""
      {"auth_events":["$first","$member"],"content":{"body":"good evening","msgtype":"m.text"},"depth":3,
      "origin_server_ts":1700000000000,"prev_events":["$before"],"room_id":"!hall:porch.example",
      "sender":"@ann:porch.example","type":"m.room.message"}
      """#)
    let hash = UnpaddedBase64.encode(SHA256().sha256(of: CanonicalJSON.object(form).bytes))
    #expect(links.contentHash == hash)
    form["hashes"] = ["sha256": .string(hash)]
    let reference = SHA256().sha256(of: CanonicalJSON.object(Redaction.event(form)).bytes)
    #expect(event.id.rawValue == "$" + UnpaddedBase64.encodeURLSafe(reference))
    #expect(json(event.content) == #"{"body":"good evening","msgtype":"m.text"}"#)
  }

  @Test func theIDHoldsWhenTheContentIsRedactedAndNotWhenItIsAnother() throws {
    let first = try event(EventDraft(type: "m.room.message", sender: ann, content: ["body": "a"]))
    let second = try event(EventDraft(type: "m.room.message", sender: ann, content: ["body": "b"]))
    #expect(first.id != second.id)
    let redacted = first.redacted(by: try id("$redaction"))
    #expect(redacted.id == first.id)
    #expect(json(redacted.content) == "{}")
    #expect(redacted.redactedBy == EventID("$redaction"))
    #expect(redacted.redacted(by: try id("$another")) == redacted)
  }

  @Test func thePlaceInTheStreamIsNoPartOfAnEvent() throws {
    let draft = EventDraft(type: "m.room.message", sender: ann, content: [:])
    #expect(try event(draft, position: 1).id == event(draft, position: 2).id)
  }

  @Test func aStateKeyThatIsEmptyIsNotTheSameAsNone() throws {
    let state = EventDraft(type: "m.room.topic", stateKey: "", sender: ann, content: [:])
    let message = EventDraft(type: "m.room.topic", sender: ann, content: [:])
    #expect(try event(state).id != event(message).id)
  }

  @Test func anEventOfTheMostBytesIsTakenAndOneMoreIsNot() throws {
    func draft(_ bytes: Int) -> EventDraft {
      EventDraft(
        type: "m.room.message", sender: ann, content: ["body": .string(String(repeating: "a", count: bytes))])
    }
    var (fits, tooMany) = (0, PDU.largestUnsigned)
    while tooMany - fits > 1 {
      let middle = (fits + tooMany) / 2
      if (try? event(draft(middle), hasher: QuickHasher())) != nil { fits = middle } else { tooMany = middle }
    }
    var form = object(
      #"""
      {"auth_events":["$first","$member"],"content":{"body":""},"depth":3,"hashes":{"sha256":""},
      "origin_server_ts":1700000000000,"prev_events":["$before"],"room_id":"!hall:porch.example",
      "sender":"@ann:porch.example","type":"m.room.message"}
      """#)
    #expect(fits + 43 + form.bytes.count == PDU.largestUnsigned)
    let label = String(repeating: "s", count: 57) + "."
    let name = String(String(repeating: label, count: 4).prefix(230))
    let key = "ed25519:" + String(repeating: "k", count: 247)
    #expect(ServerName(name) != nil)
    #expect(KeyID(key) != nil)
    form["signatures"] = .object([name: .object([key: .string(String(repeating: "x", count: 86))])])
    #expect(fits + 43 + form.bytes.count == 65_536)
    #expect(throws: MatrixError.self) { try event(draft(tooMany)) }
  }

  @Test(arguments: [
    (1, 0, ErrorCode?.none), (0, 0, .invalidParameter), (255, 255, nil), (256, 0, .tooLarge),
    (1, 256, .tooLarge),
  ])
  func typesAndKeysAreBounded(type: Int, key: Int, code: ErrorCode?) {
    let draft = EventDraft(
      type: String(repeating: "t", count: type), stateKey: String(repeating: "k", count: key), sender: ann,
      content: [:])
    do {
      _ = try event(draft)
      #expect(code == nil)
    } catch {
      #expect((error as? MatrixError)?.code == code)
    }
  }

  @Test func aNumberWithoutACanonicalFormIsRefused() {
    let draft = EventDraft(type: "x", sender: ann, content: object(#"{"deep":[{"a":1.5}]}"#))
    #expect { try event(draft) } throws: { ($0 as? MatrixError)?.code == .badJSON }
  }
}
