import Testing

@testable import MatrixWire

/// Filters against the specification's schema, and our bounds.
struct FilterReaderTests {
  private static func code(_ text: String) -> String {
    do throws(MatrixError) {
      _ = try SyncFilter(parsing: Array(text.utf8))
      return "-"
    } catch {
      return error.code.rawValue
    }
  }

  static let eventFilters = ["presence", "account_data"]
  static let roomEventFilters = ["timeline", "state", "ephemeral", "account_data"]

  /// Parts of the wrong form, by what they are parts of.
  static let malformed: [String] = wholes + sections + rooms

  private static let wholes = [
    #""x""#, "7", "null", "true", "[]", #"{"room":"x"}"#, #"{"room":[]}"#, #"{"room":null}"#,
    #"{"room":{"rooms":"!a:b"}}"#, #"{"room":{"rooms":[7]}}"#, #"{"room":{"rooms":["a"]}}"#,
    #"{"room":{"not_rooms":{}}}"#, #"{"room":{"include_leave":"true"}}"#, #"{"room":{"include_leave":1}}"#,
    #"{"event_fields":"type"}"#, #"{"event_fields":[7]}"#, #"{"event_fields":{}}"#,
    #"{"event_fields":[["type"]]}"#, #"{"event_format":"xml"}"#, #"{"event_format":7}"#,
    #"{"event_format":["client"]}"#, #"{"event_format":null}"#, #"{"event_fields":null}"#,
    #"{"presence":{},"presence":{}}"#,
  ]

  private static let sections: [String] = eventFilters.flatMap { name in
    (others + parts).map { (part: String) -> String in "{\"\(name)\":\(part)}" }
  }

  private static let rooms: [String] = roomEventFilters.flatMap { name in
    (others + parts + roomParts).map { (part: String) -> String in "{\"room\":{\"\(name)\":\(part)}}" }
  }

  private static let others = [#""x""#, "7", "null", "[]", "true"]

  private static let parts = [
    #"{"limit":"10"}"#, #"{"limit":1.5}"#, #"{"limit":true}"#, #"{"limit":null}"#, #"{"limit":-1}"#,
    #"{"limit":[10]}"#, #"{"limit":{}}"#, #"{"limit":1e400}"#, #"{"types":"m.presence"}"#, #"{"types":[7]}"#,
    #"{"types":{}}"#, #"{"types":null}"#, #"{"types":[null]}"#, #"{"not_types":"*"}"#,
    #"{"not_types":[["*"]]}"#, #"{"senders":"@a:b"}"#, #"{"senders":[7]}"#, #"{"senders":["a"]}"#,
    #"{"senders":["@a"]}"#, #"{"not_senders":{}}"#, #"{"not_senders":["*"]}"#,
  ]

  private static let roomParts = [
    #"{"rooms":"!a:b"}"#, #"{"not_rooms":["a:b"]}"#, #"{"contains_url":"yes"}"#,
    #"{"lazy_load_members":1}"#, #"{"include_redundant_members":null}"#,
    #"{"unread_thread_notifications":"true"}"#,
  ]

  @Test(arguments: malformed) func aMalformedFilterIsRefused(text: String) {
    #expect(Self.code(text) == "M_BAD_JSON")
  }

  @Test(arguments: ["", "{", "{]", "{\"presence\"}", "{\"a\":\u{1}}"])
  func whatIsNoJSONIsSaidToBeNone(text: String) {
    #expect(Self.code(text) == "M_NOT_JSON")
  }

  /// What real clients send, and everything the specification names at once.
  @Test(arguments: [
    "{}", #"{"room":{"timeline":{"limit":0}}}"#, #"{"presence":{"limit":10.0}}"#,
    #"{"room":{"timeline":{"limit":20},"state":{"lazy_load_members":true}}}"#,
    #"{"event_fields":["type","content.body"],"event_format":"federation","#
      + #""presence":{"limit":1,"types":["m.*"],"not_types":[],"senders":["@a:b"],"not_senders":[]},"#
      + #""account_data":{"limit":1,"types":[],"not_types":["*"],"senders":[],"not_senders":["@a:b.c:8448"]},"#
      + #""room":{"rooms":["!a:b"],"not_rooms":["!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"],"#
      + #""include_leave":false,"ephemeral":{"types":["m.typing"],"rooms":[]},"state":{"limit":5,"#
      + #""contains_url":true,"include_redundant_members":false},"timeline":{"not_rooms":[],"#
      + #""unread_thread_notifications":true},"account_data":{"senders":["@a:b"]}}}"#,
    #"{"room":{"state":{"org.matrix.labels":7}},"org.matrix.msc":{"types":7},"presence":{"rooms":7}}"#,
  ])
  func aFilterOfTheSpecificationIsTaken(text: String) {
    #expect(Self.code(text) == "-")
  }

  @Test func aRefusalNamesThePart() {
    let error = #expect(throws: MatrixError.self) {
      try SyncFilter(parsing: Array(#"{"room":{"timeline":{"limit":"10"}}}"#.utf8))
    }
    #expect(error?.message == "The filter's 'room.timeline.limit' is not an integer of 0 or more.")
  }

  /// Patterns of all sections count, as those of the rooms are to be looked at one day.
  @Test(arguments: [
    ("presence", "not_types", "*x*", 8), ("presence", "types", "*x", 8),
    ("account_data", "types", "a*b", 8),
    ("presence", "not_types", "m.x*", 512), ("account_data", "not_types", "m.x", 512),
  ])
  func tooManyPatternsAreRefused(section: String, list: String, pattern: String, most: Int) {
    func filter(_ count: Int) -> String {
      let patterns = Array(repeating: "\"\(pattern)\"", count: count).joined(separator: ",")
      return #"{"\#(section)":{"\#(list)":[\#(patterns)]}}"#
    }
    #expect(Self.code(filter(most)) == "-")
    #expect(Self.code(filter(most + 1)) == "M_TOO_LARGE")
    #expect(Self.code(filter(9_000)) == "M_TOO_LARGE")
    let half = Array(repeating: "\"\(pattern)\"", count: most / 2).joined(separator: ",")
    let sections = ["presence", "account_data"].map { #""\#($0)":{"types":[\#(half)]}"# }
    let whole = sections.joined(separator: ",")
    #expect(Self.code("{\(whole)}") == "-")
    #expect(Self.code(#"{\#(whole),"room":{"state":{"types":["*\#(pattern)"]}}}"#) == "M_TOO_LARGE")
  }

  @Test func aPatternHasALength() {
    let longest = String(repeating: "*e", count: 256)
    #expect(Self.code(#"{"presence":{"types":["\#(longest)"]}}"#) == "-")
    #expect(Self.code(#"{"presence":{"types":["\#(longest)e"]}}"#) == "M_TOO_LARGE")
    #expect(Self.code(#"{"room":{"state":{"not_types":["\#(longest)e"]}}}"#) == "M_TOO_LARGE")
  }
}
