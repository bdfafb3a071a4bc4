import MatrixWire
import Testing

/// The presence part of a filter (protocol 4.3).
struct SyncFilterTests {
  @Test(arguments: [
    ([], false), (["m.presence"], true), (["m.*"], true), (["*"], true), (["*.presence"], true),
    (["m.*sence"], true), (["*m.pre*ce*"], true), (["m.presence*"], true), (["m.presence.*"], false),
    (["m.presenc"], false), (["m.typing"], false), (["m.typing", "m.presence"], true), ([""], false),
    (["m.p*p*resence"], false), (["M.presence"], false),
  ])
  func typesSelectWithWildcards(types: [String], passes: Bool) throws {
    #expect(SyncFilter(types: types).allows(.presence, from: try user("@b:x")) == passes)
    #expect(SyncFilter(types: types).blocksPresence == !passes)
    #expect(SyncFilter(notTypes: types).allows(.presence, from: try user("@b:x")) == !passes)
  }

  @Test func anAbsentFilterLetsEverythingPass() throws {
    let bob = try user("@b:x")
    #expect(StreamEvent.Kind.allCases.allSatisfy { SyncFilter.everything.allows($0, from: bob) })
  }

  @Test func kindsAreSelectedByTheirType() throws {
    let filter = SyncFilter(types: ["chat.porchlight.*"])
    let passing = try StreamEvent.Kind.allCases.filter { filter.allows($0, from: try user("@b:x")) }
    #expect(passing == [.invite, .list])
  }

  @Test func sendersSelect() throws {
    let filter = SyncFilter(senders: [try user("@b:x"), try user("@c:x")], notSenders: [try user("@c:x")])
    let passing = try ["@a:x", "@b:x", "@c:x"].filter { filter.allows(.presence, from: try user($0)) }
    #expect(passing == ["@b:x"])
  }

  @Test func nobodyAsSenderBlocksPresence() {
    #expect(SyncFilter(senders: []).blocksPresence)
  }

  @Test(arguments: [
    (SyncFilter(types: ["m.presence"]), #"{"presence":{"types":["m.presence"]}}"#),
    (SyncFilter(types: []), #"{"presence":{"types":[]}}"#),
    (SyncFilter(notTypes: ["*"]), #"{"presence":{"not_types":["*"]}}"#),
    (SyncFilter(), #"{"presence":{}}"#),
    (SyncFilter(types: ["\u{E9}"]), "{\"presence\":{\"types\":[\"\u{E9}\"]}}"),
  ])
  func aFilterReadsBackAsItWasWritten(filter: SyncFilter, text: String) throws {
    #expect(json(filter) == text)
    #expect(try decode(text) == filter)
  }

  @Test(arguments: [
    "{}", #"{"room":{"timeline":{"limit":1}},"event_format":"client"}"#,
    #"{"presence":{"types":null,"senders":null,"limit":7}}"#,
  ])
  func whatIsNotAboutPresenceIsPassedOver(text: String) throws {
    #expect(try decode(text) == SyncFilter.everything)
  }

  @Test(arguments: ["[]", "7", #"{"presence":7}"#, #"{"presence":{"types":"m.presence"}}"#])
  func aFilterOfTheWrongShapeIsRefused(text: String) {
    let error = #expect(throws: MatrixError.self) { try decode(text, as: SyncFilter.self) }
    #expect(error?.code == .badJSON)
  }
}
