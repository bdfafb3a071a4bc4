import MatrixWire
import PorchlightTestSupport
import Testing

@testable import Homeserver

/// Stored filters.
struct FilterTests {
  private let desk: Desk
  private let ann: AccessToken
  private let path = "v3/user/@ann:harbor.example/filter"
  private let blocking = #"{"presence":{"types":[]}}"#

  init() throws {
    desk = try Desk()
    ann = try desk.token("ann")
  }

  @Test func aFilterIsKnownByItsNumber() throws {
    #expect(try desk.send(.post, path, blocking, as: ann).text == #"{"filter_id":"1"}"#)
    #expect(try desk.send(.post, path, #"{"room":{}}"#, as: ann).text == #"{"filter_id":"2"}"#)
    #expect(try desk.send(.post, path, blocking, as: ann).text == #"{"filter_id":"1"}"#)
    #expect(try desk.send(.get, "\(path)/1", as: ann).text == blocking)
  }

  @Test(arguments: ["0", "3", "01", "+1", "-1", "x", "", "99999999999999999999"])
  func anotherNumberIsNotFound(id: String) throws {
    _ = try desk.send(.post, path, blocking, as: ann)
    #expect(try desk.send(.get, "\(path)/\(id)", as: ann).code == "404 M_NOT_FOUND")
  }

  @Test func filtersAreTheirOwnersAlone() throws {
    let bob = try desk.token("bob")
    _ = try desk.send(.post, path, blocking, as: ann)
    #expect(try desk.send(.get, "\(path)/1", as: bob).code == "403 M_FORBIDDEN")
    #expect(try desk.send(.post, path, blocking, as: bob).code == "403 M_FORBIDDEN")
    let sync = try desk.send(.get, "v3/sync", as: bob, query: [.init("filter", "1")])
    #expect(sync.code == "400 M_INVALID_PARAM")
  }

  @Test(arguments: [
    ("[]", "400 M_BAD_JSON"), ("{", "400 M_NOT_JSON"), (#"{"presence":7}"#, "400 M_BAD_JSON"),
    (#"{"presence":{"types":"all"}}"#, "400 M_BAD_JSON"),
    (#"{"event_fields":["type"],"room":{"timeline":{"limit":0}}}"#, "200 -"),
  ])
  func aDefinitionIsJudged(body: String, expected: String) throws {
    #expect(try desk.send(.post, path, body, as: ann).code == expected)
  }

  @Test func aPollTakesAFilterByItsNumber() throws {
    _ = try desk.send(.post, path, blocking, as: ann)
    _ = try desk.send(.post, path, "{}", as: ann)
    func sync(_ filter: String) throws -> Answer {
      try desk.send(.get, "v3/sync", as: ann, query: [.init("filter", filter)])
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
      #expect(cache.filter(text) == (try WireJSON.decode(SyncFilter.self, from: text.utf8)))
    }
    #expect(cache.filter(one) != cache.filter(other))
  }

  @Test func onePersonKeepsAThousandAtMost() throws {
    for number in 0..<1000 { _ = try desk.send(.post, path, #"{"x":\#(number)}"#, as: ann) }
    #expect(try desk.send(.post, path, #"{"x":1000}"#, as: ann).code == "400 M_TOO_LARGE")
    #expect(try desk.send(.post, path, #"{"x":999}"#, as: ann).text == #"{"filter_id":"1000"}"#)
  }
}
