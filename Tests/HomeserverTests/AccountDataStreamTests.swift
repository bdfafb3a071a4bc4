import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Account data as a person's own clients are told it.
struct AccountDataStreamTests {
  private let testClient: TestClient
  private let ann: AccessToken
  private let path = "v3/user/@ann:harbor.example/account_data"
  private let direct = #"{"content":{"@bob:x":["!r:x"]},"type":"m.direct"}"#

  init() throws {
    testClient = try TestClient()
    ann = try testClient.token("ann")
  }

  private func put(_ type: String, _ content: String) throws {
    #expect(try testClient.send(.put, "\(path)/\(type)", content, as: ann).code == "200 -")
  }

  private func putDirect() throws { try put("m.direct", #"{"@bob:x":["!r:x"]}"#) }

  /// The section of an answer to `/sync`, byte for byte.
  private func section(_ answer: Answer) -> String {
    let start = answer.text.firstRange(of: #"{"account_data":{"events":["#)?.upperBound
    guard let start else { return "no section in \(answer.text)" }
    let rest = answer.text[start...]
    if rest.hasPrefix("]") { return "" }
    // Contents hold arrays too: the section ends with the array that an event precedes.
    guard let end = rest.firstRange(of: "}]},")?.lowerBound else { return "no end in \(answer.text)" }
    return String(rest[...end])
  }

  private func sync(
    _ query: [(String, String)] = [], as token: AccessToken? = nil, version: String = "v3"
  ) throws -> Answer {
    try testClient.send(
      .get, "\(version)/sync", as: token ?? ann, query: query.map { .init($0.0, $0.1) })
  }

  private func position(_ answer: Answer) throws -> String {
    try answer.decoded(SyncAnswer.self).nextBatch.rawValue
  }

  /// Begins a poll; its answer comes when it does.
  private func start(_ path: String, _ query: [(String, String)]) -> Box<WireResponse> {
    let segments = ["_matrix", "client"] + path.split(separator: "/").map(String.init)
    let request = WireRequest(
      .get, segments, query: query.map { .init($0.0, $0.1) }, accessToken: ann)
    let (answer, homeserver) = (Box<WireResponse>(), testClient.server.homeserver)
    testClient.simulation.start { answer.set(await homeserver.respond(to: request, from: .inProcess)) }
    return answer
  }

  // MARK: The three endpoints

  @Test(arguments: ["v3", "r0"]) func aFirstAnswerCarriesAccountData(version: String) throws {
    #expect(section(try sync(version: version)) == "")
    try putDirect()
    #expect(section(try sync(version: version)) == direct)
    #expect(
      try testClient.send(.get, "\(version)/initialSync", as: ann).text.contains(
        #""account_data":[\#(direct)]"#))
    try put("a.b", #"{ "x" : 1.0e2 }"#)
    let other = #"{"content":{ "x" : 1.0e2 },"type":"a.b"}"#
    // What changed last comes last.
    #expect(section(try sync(version: version)) == direct + "," + other)
  }

  @Test func aPollWakesByAccountData() throws {
    let since = try position(try sync())
    let answer = start("v3/sync", [("since", since), ("timeout", "30000")])
    testClient.simulation.advance(by: .seconds(1))
    #expect(answer.value == nil)
    try putDirect()
    testClient.simulation.drain()
    let told = Answer(response: try answer.value.orThrow("an answer"))
    #expect(section(told) == direct)
    #expect(try told.decoded(SyncAnswer.self).presence == [])
    // Told once.
    let next = try sync([("since", try position(told)), ("timeout", "0")])
    #expect(section(next) == "")
  }

  @Test(arguments: ["api/v1", "r0"]) func theOldStreamCarriesAccountData(version: String) throws {
    let first = try testClient.send(.get, "\(version)/events", as: ann, query: [.init("timeout", "0")])
    struct Chunk: Decodable { let end: SyncToken }
    let from = try first.decoded(Chunk.self).end.rawValue
    let answer = start("\(version)/events", [("from", from)])
    testClient.simulation.advance(by: .seconds(1))
    #expect(answer.value == nil)
    try putDirect()
    testClient.simulation.drain()
    let told = Answer(response: try answer.value.orThrow("an answer"))
    #expect(told.text.hasPrefix(#"{"chunk":[\#(direct)],"end":"#))
  }

  @Test func theOldestFirstAnswerCarriesAccountData() throws {
    try putDirect()
    let answer = try testClient.send(.get, "api/v1/initialSync", as: ann)
    #expect(answer.text.hasPrefix(#"{"account_data":[\#(direct)],"end":"#))
  }

  // MARK: What is told

  @Test func onlyTheLastContentOfATypeIsTold() throws {
    let since = try position(try sync())
    for number in 0..<5 { try put("a.b", #"{"n":\#(number)}"#) }
    #expect(section(try sync([("since", since)])) == #"{"content":{"n":4},"type":"a.b"}"#)
  }

  /// The specification knows no other way to take a type away than an empty content, which is told like any other.
  @Test func anEmptyContentIsTold() throws {
    try putDirect()
    let since = try position(try sync())
    try put("m.direct", "{}")
    let empty = #"{"content":{},"type":"m.direct"}"#
    #expect(section(try sync([("since", since)])) == empty)
    #expect(section(try sync()) == empty)
  }

  @Test func whatIsPutAsItWasWakesNobody() throws {
    try putDirect()
    let since = try position(try sync())
    try putDirect()
    #expect(try position(try sync([("since", since)])) == since)
  }

  @Test func accountDataIsToldToItsOwnerAlone() throws {
    let bob = try testClient.token("bob")
    let since = try position(try sync(as: bob))
    try putDirect()
    let later = try sync([("since", since)], as: bob)
    // Not even that something happened.
    #expect(try position(later) == since)
    #expect(section(later) == "")
    #expect(section(try sync(as: bob)) == "")
    #expect(!(try testClient.send(.get, "r0/initialSync", as: bob).text.contains("m.direct")))
  }

  @Test func everyDeviceOfAPersonIsTold() throws {
    _ = try testClient.register("cat", password: "pw")
    let devices = try (1...3).map { number in
      try testClient.login("cat", "pw", more: #""device_id":"D\#(number)","#).decoded(Credentials.self)
        .accessToken
    }
    let since = try devices.map { try position(try sync(as: $0)) }
    _ = try testClient.send(.put, "v3/user/@cat:harbor.example/account_data/a.b", "{}", as: devices[0])
    for (device, since) in zip(devices, since) {
      #expect(section(try sync([("since", since)], as: device)) == #"{"content":{},"type":"a.b"}"#)
    }
  }

  @Test func aFullAnswerAndOneAfterAStartCarryAllOfIt() throws {
    try putDirect()
    let since = try position(try sync())
    #expect(section(try sync([("since", since)])) == "")
    #expect(section(try sync([("since", since), ("full_state", "true")])) == direct)
  }

  @Test func accountDataOutlivesTheServer() throws {
    let store = MemoryServerStore()
    let token: AccessToken
    let since: String
    do {
      let testClient = try TestClient(store: store)
      token = try testClient.token("ann")
      _ = try testClient.send(.put, "\(path)/m.direct", #"{"@bob:x":["!r:x"]}"#, as: token)
      since = try position(try testClient.send(.get, "v3/sync", as: token))
    }
    let later = try TestClient(store: store)
    let answer = try later.send(.get, "v3/sync", as: token, query: [.init("since", since)])
    #expect(section(answer) == direct)
  }

  // MARK: Filters

  @Test(arguments: [
    (#"{"types":[]}"#, ""), (#"{"types":["m.*"]}"#, "m.a,m.b"), (#"{"types":["*b"]}"#, "m.b,x.b"),
    (#"{"not_types":["m.*"]}"#, "x.b"), (#"{"types":["m.a","x.b"],"not_types":["x.b"]}"#, "m.a"),
    (#"{"senders":["@ann:harbor.example"]}"#, "m.a,m.b,x.b"), (#"{"senders":["@bob:x"]}"#, ""),
    (#"{"senders":[]}"#, ""), (#"{"not_senders":["@ann:harbor.example"]}"#, ""), (#"{"limit":0}"#, ""),
    (#"{"limit":2}"#, "m.b,x.b"), (#"{"limit":9}"#, "m.a,m.b,x.b"), ("{}", "m.a,m.b,x.b"),
  ])
  func aFilterSelectsAccountData(part: String, types: String) throws {
    let since = try position(try sync())
    for type in ["m.a", "m.b", "x.b"] { try put(type, "{}") }
    let expected = types.split(separator: ",").map { #"{"content":{},"type":"\#($0)"}"# }.joined(
      separator: ",")
    let filter = #"{"account_data":\#(part)}"#
    #expect(section(try sync([("filter", filter)])) == expected)
    #expect(section(try sync([("filter", filter), ("since", since)])) == expected)
  }

  @Test func aFilterThatBlocksAccountDataKeepsThePollWaiting() throws {
    let filter = #"{"account_data":{"types":["m.other"]}}"#
    let since = try position(try sync())
    let answer = start("v3/sync", [("since", since), ("timeout", "10000"), ("filter", filter)])
    try putDirect()
    testClient.simulation.advance(by: .seconds(9))
    #expect(answer.value == nil)
    testClient.simulation.advance(by: .seconds(1))
    let told = Answer(response: try answer.value.orThrow("an answer"))
    #expect(section(told) == "")
    // The next poll does not hear of it again.
    #expect(try position(told) != since)
  }

  @Test func aFilterOfPresenceLetsAccountDataPass() throws {
    try putDirect()
    #expect(section(try sync([("filter", #"{"presence":{"types":[]}}"#)])) == direct)
  }
}
