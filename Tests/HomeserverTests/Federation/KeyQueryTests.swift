import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

/// This server as a notary (server-server API, "Querying keys through another server").
struct KeyQueryTests {
  private let simulation = Simulation()
  private let network = TestNetwork()
  private static let client = Requester(address: "192.0.2.7", isSameUser: false)

  private func query(
    _ server: TestHomeserver, _ name: String, validUntil: String? = nil, key: String? = nil,
    from peer: Requester = KeyQueryTests.client
  ) throws -> Answer {
    let path = ["_matrix", "key", "v2", "query", name] + (key.map { [$0] } ?? [])
    let items = validUntil.map { [WireRequest.QueryItem("minimum_valid_until_ts", $0)] } ?? []
    return Answer(response: try server.respond(to: WireRequest(.get, path, query: items), from: peer))
  }

  private func post(_ server: TestHomeserver, _ body: String) throws -> Answer {
    let request = WireRequest(.post, ["_matrix", "key", "v2", "query"], body: Array(body.utf8))
    return Answer(response: try server.respond(to: request, from: Self.client))
  }

  /// The documents of an answer, by the names of their servers.
  private func documents(_ answer: Answer) throws -> [String: CanonicalJSON] {
    #expect(answer.status == 200)
    guard case .array(let list)? = try CanonicalJSON(received: answer.response.body)["server_keys"] else {
      throw Absent(what: "server_keys")
    }
    return Dictionary(
      list.compactMap { document in
        guard case .string(let name)? = document["server_name"] else { return nil }
        return (name, document)
      }, uniquingKeysWith: { $1 })
  }

  private func signers(_ document: CanonicalJSON?) -> [String] {
    guard case .object(let signatures)? = document?["signatures"] else { return [] }
    return signatures.members.map(\.key)
  }

  @Test func aServerTellsItsOwnKeysAsANotary() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let direct = try red.respond(to: WireRequest(.get, ["_matrix", "key", "v2", "server"]))
    let expected = #"{"server_keys":[\#(String(decoding: direct.body, as: UTF8.self))]}"#
    #expect(try query(red, "red.example").text == expected)
    #expect(try query(red, "red.example", key: "ed25519:a_test").text == expected)
    #expect(try post(red, #"{"server_keys":{"red.example":{}}}"#).text == expected)
    #expect(network.sent.isEmpty)
  }

  @Test func theKeysOfOthersAreSignedByThemAndByTheNotary() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    _ = try network.start("blue.example", in: simulation, seed: 2)
    let answer = try query(red, "blue.example")
    let document = try documents(answer)["blue.example"]
    #expect(signers(document) == ["blue.example", "red.example"])
    let bytes = try (document?.bytes).orThrow("a document")
    let keys = try ServerKeys(body: bytes)
    #expect(TestVerifier().isSelfSigned(keys))
    let red1 = TestSigner(try KeyID("ed25519:a_test").orThrow("a key"), secret: 1)
    guard case .string(let signature)? = document?["signatures"]?["red.example"]?["ed25519:a_test"] else {
      throw Absent(what: "a signature of the notary")
    }
    #expect(
      TestVerifier().isValid(
        try UnpaddedBase64.decode(signature).orThrow("base64"), of: keys.signedBytes, by: red1.publicKey))
    // What is known is not asked for again.
    for _ in 0..<10 { #expect(try query(red, "blue.example").text == answer.text) }
    #expect(network.sent.count == 1)
    #expect(
      try post(red, #"{"server_keys":{"blue.example":{"ed25519:x":{"minimum_valid_until_ts":1}}}}"#).text
        == answer.text)
  }

  @Test func aQueryForSeveralServersIsAnsweredForThoseThatAre() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    _ = try network.start("blue.example", in: simulation, seed: 2)
    let answer = try post(
      red, #"{"server_keys":{"blue.example":{},"gone.example":{},"red.example":{},"no name":{}}}"#)
    #expect(try documents(answer).keys.sorted() == ["blue.example", "red.example"])
    #expect(try query(red, "gone.example").text == #"{"server_keys":[]}"#)
  }

  @Test func aDocumentIsRenewedWhenItIsHalfSpentOrDoesNotLastLongEnough() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    _ = try network.start("blue.example", in: simulation, seed: 2)
    _ = try query(red, "blue.example")
    simulation.advance(by: .seconds(11 * 3600))
    _ = try query(red, "blue.example")
    #expect(network.sent.count == 1)
    simulation.advance(by: .seconds(2 * 3600))
    _ = try query(red, "blue.example")
    #expect(network.sent.count == 2)
    // Nobody has one that lasts for ever, and nobody is asked for it all the time.
    for _ in 0..<10 { _ = try query(red, "blue.example", validUntil: "9007199254740991") }
    #expect(network.sent.count == 2)
    simulation.advance(by: .seconds(31))
    for _ in 0..<10 { _ = try query(red, "blue.example", validUntil: "9007199254740991") }
    #expect(network.sent.count == 3)
  }

  @Test func aStrangerFloodsNobodyThroughTheNotary() throws {
    let red = try network.start("red.example", in: simulation, seed: 1) { configuration in
      configuration.rateLimits.keyFetches = RateLimits().keyFetches
      configuration.rateLimits.keyFetchesOfAnybody = RateLimits().keyFetchesOfAnybody
    }
    for number in 0..<200 { #expect(try query(red, "s\(number).example").status == 200) }
    #expect(network.sent.count == 50)
    for number in 0..<500 {
      let peer = Requester(address: "198.51.100.\(number % 250)", isSameUser: false)
      #expect(try query(red, "t\(number).example", from: peer).status == 200)
    }
    #expect(network.sent.count == 100)
    // Its own keys it tells for all that.
    #expect(try documents(try query(red, "red.example")).count == 1)
  }

  @Test func oneQueryHasAFewServersAskedAtATime() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let time = simulation.time
    network.answer { _, _ in
      try await time.sleep(until: time.instant + .seconds(5))
      throw ExchangeError(.unreachable, "not there")
    }
    let names = (0..<100).map { #""s\#($0).example":{}"# }.joined(separator: ",")
    #expect(try post(red, #"{"server_keys":{\#(names)}}"#).text == #"{"server_keys":[]}"#)
    #expect(network.sent.count == 4)
    #expect(try post(red, #"{"server_keys":{\#(names),"more.example":{}}}"#).code == "400 M_TOO_LARGE")
  }

  @Test(arguments: [
    ("", "400 M_NOT_JSON"), ("{}", "400 M_MISSING_PARAM"), (#"{"server_keys":[]}"#, "400 M_BAD_JSON"),
    (#"{"server_keys":{}}"#, "200 -"), (#"{"server_keys":{"a b":7}}"#, "200 -"),
  ])
  func aQueryIsJudged(body: String, expected: String) throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    #expect(try post(red, body).code == expected)
  }

  @Test func aQueryInThePathIsJudged() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    #expect(try query(red, "a b").code == "400 M_INVALID_PARAM")
    #expect(try query(red, "red.example", validUntil: "soon").code == "400 M_INVALID_PARAM")
    let get = WireRequest(.get, ["_matrix", "key", "v2", "query"])
    #expect(try red.respond(to: get).status == 405)
    let alone = try TestHomeserver(simulation, "alone.example")
    #expect(try query(alone, "alone.example").code == "404 M_UNRECOGNIZED")
  }

  /// A document of megabytes would be kept for every server that clients name.
  @Test func aHugeDocumentIsNotHandedOn() throws {
    let red = try network.start("red.example", in: simulation, seed: 1)
    let green = try ServerName("green.example").orThrow("a name")
    let signer = TestSigner(try KeyID("ed25519:a_test").orThrow("a key"), secret: 9)
    let until = simulation.time.wallTime.milliseconds + 86_400_000
    network.answer { _, _ in
      let plain = try CanonicalJSON(received: try signer.document(of: green, validUntil: until).body)
      var large = plain
      large["padding"] = .string(String(repeating: "x", count: 20_000))
      large["signatures"] = nil
      var signed = large
      var keys = CanonicalJSON.Object()
      keys["ed25519:a_test"] = .string(UnpaddedBase64.encode(try signer.signature(of: large.bytes)))
      var servers = CanonicalJSON.Object()
      servers["green.example"] = .object(keys)
      signed["signatures"] = .object(servers)
      return WireResponse(status: 200, body: signed.bytes)
    }
    #expect(try query(red, "green.example").text == #"{"server_keys":[]}"#)
  }
}

private struct Absent: Error {
  let what: String
}
