import MatrixWire
import Testing

/// A user's tags of a room.
struct RoomTagsTests {
  private static func text(_ tags: RoomTags) -> String { String(decoding: tags.content, as: UTF8.self) }

  @Test func tagsAreSetReplacedAndRemoved() throws {
    var tags = RoomTags()
    #expect(Self.text(tags) == #"{"tags":{}}"#)
    try tags.set("u.work", to: Array(#"{"order":0.25,"x":[1e400]}"#.utf8))
    try tags.set("m.favourite", to: Array("{}".utf8))
    #expect(Self.text(tags) == #"{"tags":{"m.favourite":{},"u.work":{"order":0.25,"x":[1e400]}}}"#)
    #expect(RoomTags(content: tags.content) == tags)
    try tags.set("u.work", to: Array(#"{"order":1}"#.utf8))
    let removed = tags.remove("m.favourite")
    let removedAgain = tags.remove("m.favourite")
    #expect(removed && !removedAgain)
    #expect(Self.text(tags) == #"{"tags":{"u.work":{"order":1}}}"#)
  }

  @Test(arguments: ["", "7", "{}", #"{"tags":7}"#, #"{"tags":{"a":1,"a":2}}"#])
  func whatIsNoTagsIsNone(text: String) {
    #expect(RoomTags(content: Array(text.utf8)).names.isEmpty)
  }

  @Test(arguments: [
    ("t", "7", "M_BAD_JSON"), ("t", "{", "M_NOT_JSON"), ("t", #"{"order":"0.5"}"#, "M_BAD_JSON"),
    ("", "{}", "M_INVALID_PARAM"), (String(repeating: "é", count: 128), "{}", "M_INVALID_PARAM"),
  ])
  func aMalformedTagIsRefused(name: String, body: String, code: String) {
    var tags = RoomTags()
    let error = #expect(throws: MatrixError.self) { try tags.set(name, to: Array(body.utf8)) }
    #expect(error?.code.rawValue == code)
    #expect(tags == RoomTags())
  }

  @Test func aRoomHasAHundredTags() throws {
    var tags = RoomTags()
    for number in 0..<RoomTags.most { try tags.set("u.\(number)", to: Array("{}".utf8)) }
    let full = tags
    let error = #expect(throws: MatrixError.self) { try tags.set("u.more", to: Array("{}".utf8)) }
    #expect(error?.code == .tooLarge)
    #expect(tags == full)
    try tags.set("u.0", to: Array(#"{"order":1}"#.utf8))
  }
}
