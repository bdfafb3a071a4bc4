import MatrixWire
import PorchlightTestSupport
import Testing

@testable import Homeserver

/// Stored filters.
struct FilterTests {
  private let testClient: TestClient
  private let ann: AccessToken
  private let path = "v3/user/@ann:harbor.example/filter"
  private let blocking = #"{"presence":{"types":[]}}"#

  init() throws {
    testClient = try TestClient()
    ann = try testClient.token("ann")
  }

  @Test func aFilterIsKnownByItsNumber() throws {
    #expect(try testClient.send(.post, path, blocking, as: ann).text == #"{"filter_id":"1"}"#)
    #expect(try testClient.send(.post, path, #"{"room":{}}"#, as: ann).text == #"{"filter_id":"2"}"#)
    #expect(try testClient.send(.post, path, blocking, as: ann).text == #"{"filter_id":"1"}"#)
    #expect(try testClient.send(.get, "\(path)/1", as: ann).text == blocking)
  }

  @Test(arguments: ["0", "3", "01", "+1", "-1", "x", "", "99999999999999999999"])
  func anotherNumberIsNotFound(id: String) throws {
    _ = try testClient.send(.post, path, blocking, as: ann)
    #expect(try testClient.send(.get, "\(path)/\(id)", as: ann).code == "404 M_NOT_FOUND")
  }

  @Test func filtersAreTheirOwnersAlone() throws {
    let bob = try testClient.token("bob")
    _ = try testClient.send(.post, path, blocking, as: ann)
    #expect(try testClient.send(.get, "\(path)/1", as: bob).code == "403 M_FORBIDDEN")
    #expect(try testClient.send(.post, path, blocking, as: bob).code == "403 M_FORBIDDEN")
    let sync = try testClient.send(.get, "v3/sync", as: bob, query: [.init("filter", "1")])
    #expect(sync.code == "400 M_INVALID_PARAM")
  }

  @Test(arguments: [
    ("[]", "400 M_BAD_JSON"), ("{", "400 M_NOT_JSON"), (#"{"presence":7}"#, "400 M_BAD_JSON"),
    (#"{"presence":{"types":"all"}}"#, "400 M_BAD_JSON"),
    (#"{"event_fields":["type"],"room":{"timeline":{"limit":0}}}"#, "200 -"),
  ])
  func aDefinitionIsJudged(body: String, expected: String) throws {
    #expect(try testClient.send(.post, path, body, as: ann).code == expected)
  }

  @Test func aPollTakesAFilterByItsNumber() throws {
    _ = try testClient.send(.post, path, blocking, as: ann)
    _ = try testClient.send(.post, path, "{}", as: ann)
    func sync(_ filter: String) throws -> Answer {
      try testClient.send(.get, "v3/sync", as: ann, query: [.init("filter", filter)])
    }
    #expect(!(try sync("1").text.contains("m.presence")))
    #expect(try sync("2").text.contains("m.presence"))
    #expect(try sync("3").code == "400 M_INVALID_PARAM")
  }

  @Test func aFilterInAPollIsItsBytes() throws {
    func filter(_ name: String) -> String { #"{"presence":{"senders":["@\#(name):harbor.example"]}}"# }
    let (one, other) = (filter("caf\u{E9}"), filter("cafe\u{301}"))
    #expect(one == other)
    let cache = FilterCache()
    for text in [one, other, one] {
      #expect(try cache.filter(text) == (try SyncFilter(parsing: Array(text.utf8))))
    }
    let (composed, decomposed) = (try cache.filter(one), try cache.filter(other))
    #expect(composed != decomposed)
  }

  /// 200 list entries and 9,000 patterns took 8 s of everybody's time.
  @Test func aFilterOfNineThousandPatternsIsRefused() throws {
    let types = Array(repeating: #""*x*""#, count: 9_000).joined(separator: ",")
    let filter = #"{"presence":{"not_types":[\#(types)]}}"#
    #expect(filter.utf8.count > 50_000)
    let stored = try testClient.send(.post, path, filter, as: ann)
    #expect(stored.code == "400 M_TOO_LARGE")
    #expect(stored.text.contains("512 patterns"))
    let inline = try testClient.send(.get, "v3/sync", as: ann, query: [.init("filter", filter)])
    #expect(inline.code == "400 M_TOO_LARGE")
    #expect(inline.text.contains("16384 bytes"))
  }

  /// What 40 kB say in the query they say under an ID, which is read once.
  @Test func aLongFilterIsStoredAndNotSentWithEveryPoll() throws {
    let senders = (0..<1_000).map { #""@user\#($0):harbor.example""# } + [#""@ann:harbor.example""#]
    let filter = #"{"presence":{"senders":[\#(senders.joined(separator: ","))]}}"#
    #expect(
      try testClient.send(.get, "v3/sync", as: ann, query: [.init("filter", filter)]).code
        == "400 M_TOO_LARGE")
    #expect(try testClient.send(.post, path, filter, as: ann).text == #"{"filter_id":"1"}"#)
    let answer = try testClient.send(.get, "v3/sync", as: ann, query: [.init("filter", "1")])
    #expect(answer.text.contains("m.presence"))
  }

  @Test(arguments: [
    #"{"room":"x"}"#, #"{"room":{"timeline":{"limit":"10"}}}"#, #"{"account_data":[]}"#,
    #"{"event_fields":"type"}"#, #"{"event_format":"xml"}"#, #"{"presence":{"limit":1.5}}"#,
    #"{"presence":null}"#,
  ])
  func aMalformedFilterIsRefusedInlineAndStored(filter: String) throws {
    #expect(try testClient.send(.post, path, filter, as: ann).code == "400 M_BAD_JSON")
    for (version, endpoint) in [("v3", "sync"), ("r0", "sync"), ("r0", "events")] {
      let answer = try testClient.send(
        .get, "\(version)/\(endpoint)", as: ann, query: [.init("filter", filter)])
      #expect(answer.code == "400 M_BAD_JSON")
    }
    #expect(
      try testClient.send(.get, "v3/sync", as: ann, query: [.init("filter", "{")]).code == "400 M_NOT_JSON")
  }

  @Test func aFilterThatWasStoredMalformedGoesOn() throws {
    let simulation = Simulation()
    let store = MemoryServerStore()
    let token: AccessToken
    do {
      let testClient = try TestClient(simulation, store: store)
      token = try testClient.token("ann")
      let definition = Array(#"{"room":"x","presence":{"types":[]}}"#.utf8)
      let record = FilterRecord(user: try testClient.server.user("ann"), id: 7, definition: definition)
      try simulation.run { try await store.commit([.filter(record)]) }
    }
    let later = try TestClient(simulation, store: store)
    #expect(try later.send(.get, "\(path)/7", as: token).text == #"{"room":"x","presence":{"types":[]}}"#)
    let answer = try later.send(.get, "v3/sync", as: token, query: [.init("filter", "7")])
    #expect(answer.status == 200)
    #expect(!answer.text.contains("m.presence"))
  }

  @Test func onePersonKeepsAThousandAtMost() throws {
    for number in 0..<1000 { _ = try testClient.send(.post, path, #"{"x":\#(number)}"#, as: ann) }
    #expect(try testClient.send(.post, path, #"{"x":1000}"#, as: ann).code == "400 M_TOO_LARGE")
    #expect(try testClient.send(.post, path, #"{"x":999}"#, as: ann).text == #"{"filter_id":"1000"}"#)
  }
}
