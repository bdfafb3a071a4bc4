import Testing

@testable import MatrixWire

/// What a filter says of presence and account data (Protocol 4.3); `RoomFilterTests` ask what it says of rooms.
struct SyncFilterTests {
  private static func read(_ text: String) throws -> SyncFilter { try SyncFilter(parsing: Array(text.utf8)) }

  @Test(arguments: [
    ([], false), (["m.presence"], true), (["m.*"], true), (["*"], true), (["*.presence"], true),
    (["m.*sence"], true), (["*m.pre*ce*"], true), (["m.presence*"], true), (["m.presence.*"], false),
    (["m.presenc"], false), (["m.typing"], false), (["m.typing", "m.presence"], true), ([""], false),
    (["m.p*p*resence"], false), (["M.presence"], false),
  ])
  func typesSelectWithWildcards(types: [String], passes: Bool) throws {
    let bob = try user("@b:x")
    #expect(EventFilter(types: types).allows(.presence, from: bob) == passes)
    #expect(SyncFilter(presence: EventFilter(types: types)).blocksPresence == !passes)
    #expect(EventFilter(notTypes: types).allows(.presence, from: bob) == !passes)
    #expect(EventFilter(types: types).allows(type: Array("m.presence".utf8)) == passes)
  }

  @Test func anAbsentFilterLetsEverythingPass() throws {
    let bob = try user("@b:x")
    #expect(StreamEvent.Kind.allCases.allSatisfy { SyncFilter.everything.presence.allows($0, from: bob) })
    #expect(SyncFilter.everything.accountData.allows(type: Array("m.direct".utf8)))
  }

  @Test func kindsAreSelectedByTheirType() throws {
    let filter = EventFilter(types: ["chat.porchlight.*"])
    let passing = try StreamEvent.Kind.allCases.filter { filter.allows($0, from: try user("@b:x")) }
    #expect(passing == [.invite, .list])
  }

  @Test func sendersSelect() throws {
    let filter = EventFilter(senders: [try user("@b:x"), try user("@c:x")], notSenders: [try user("@c:x")])
    let passing = try ["@a:x", "@b:x", "@c:x"].filter { filter.allows(.presence, from: try user($0)) }
    #expect(passing == ["@b:x"])
  }

  @Test func nobodyAsSenderBlocksPresence() {
    #expect(SyncFilter(presence: EventFilter(senders: [])).blocksPresence)
  }

  @Test(arguments: [
    (EventFilter(types: ["m.presence"]), #"{"types":["m.presence"]}"#),
    (EventFilter(types: []), #"{"types":[]}"#), (EventFilter(notTypes: ["*"]), #"{"not_types":["*"]}"#),
    (EventFilter(limit: 0), #"{"limit":0}"#),
    (EventFilter(types: ["\u{E9}"]), "{\"types\":[\"\u{E9}\"]}"),
  ])
  func aFilterReadsBackAsItWasWritten(part: EventFilter, text: String) throws {
    for (filter, whole) in [
      (SyncFilter(presence: part), "{\"presence\":\(text)}"),
      (SyncFilter(accountData: part), "{\"account_data\":\(text)}"),
      (SyncFilter(presence: part, accountData: part), "{\"account_data\":\(text),\"presence\":\(text)}"),
    ] {
      #expect(json(filter) == whole)
      #expect(try Self.read(whole) == filter)
      #expect(SyncFilter(accepted: Array(whole.utf8)) == filter)
    }
    #expect(json(SyncFilter.everything) == "{}")
  }

  @Test(arguments: [
    "{}", #"{"room":{"timeline":{}},"event_format":"client"}"#, #"{"presence":{"x":null}}"#,
    #"{"x":[1.5,-0,1e999,"\u00e9"],"presence":{}}"#,
  ])
  func whatNarrowsNothingLetsEverythingPass(text: String) throws {
    #expect(try Self.read(text) == SyncFilter.everything)
  }

  /// It was accepted once, when less was asked of filters, and its owner has its ID.
  @Test(arguments: [
    (#"{"room":"x","presence":{"types":[]}}"#, true), (#"{"presence":{"types":7}}"#, false),
    (#"{"account_data":7,"presence":{"types":[]}}"#, true), ("nonsense", false), ("{}", false),
  ])
  func aFilterThatWasAcceptedBeforeIsKept(text: String, blocks: Bool) {
    #expect(SyncFilter(accepted: Array(text.utf8)).blocksPresence == blocks)
  }

  @Test func aFilterThatWasAcceptedBeforeMayHaveMorePatterns() {
    let types = Array(repeating: "\"*x*\"", count: 9_000).joined(separator: ",")
    let filter = SyncFilter(accepted: Array(#"{"presence":{"not_types":[\#(types)],"types":["m.*"]}}"#.utf8))
    #expect(filter.presence.notTypes.count == 9_000)
    #expect(!filter.blocksPresence)
  }
}
