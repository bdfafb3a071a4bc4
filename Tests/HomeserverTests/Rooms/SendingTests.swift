import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Sending and redacting, and doing each once.
struct SendingTests {
  private let client: RoomClient
  private let hall: String
  private let body = #"{"msgtype":"m.text","body":"hello"}"#

  init() throws {
    client = try RoomClient()
    hall = try client.room(#"{"preset":"public_chat"}"#, joined: ["bob"])
  }

  private func event(_ answer: Answer) throws -> String {
    try answer.decoded(EventIDAnswer.self).eventID.rawValue
  }

  @Test func theSameRequestSendsOnce() throws {
    let path = "\(hall)/send/m.room.message/1"
    let first = try event(client.done("ann", .put, path, body))
    #expect(try event(client.done("ann", .put, path, body)) == first)
    #expect(try event(client.done("ann", .put, path, #"{"body":"other"}"#)) == first)
    #expect(try event(client.done("ann", .put, path, body, version: "r0")) == first)
    #expect(try event(client.done("ann", .put, path, body, version: "api/v1")) == first)
    #expect(try client.messages(hall, as: "bob") == ["hello"])
    // Another device, type, room or ID is another request.
    #expect(try event(client.done("bob", .put, path, body)) != first)
    #expect(try event(client.done("ann", .put, "\(hall)/send/m.room.message/2", body)) != first)
    #expect(try event(client.done("ann", .put, "\(hall)/send/m.x/1", body)) != first)
    let other = try client.room()
    #expect(try event(client.done("ann", .put, "\(other)/send/m.room.message/1", body)) != first)
  }

  @Test func theSameRequestSendsOnceAcrossARestart() throws {
    let store = MemoryServerStore()
    let before = try RoomClient(store: store)
    let hall = try before.room()
    let path = "\(hall)/send/m.room.message/1"
    let first = try event(before.done("ann", .put, path, body))
    let redact = "\(hall)/redact/\(first)/1"
    let redaction = try event(before.done("ann", .put, redact, "{}"))
    let after = try before.restarted(on: store)
    #expect(try event(after.done("ann", .put, path, body)) == first)
    #expect(try event(after.done("ann", .put, redact, "{}")) == redaction)
    let events = try after.done("ann", .get, "\(hall)/messages", query: ["dir": "b", "limit": "2"])
      .decoded(MessagesAnswer.self).events
    #expect(events.map { $0.eventID?.rawValue } == [redaction, first])
  }

  @Test func aDeviceThatLogsOutIsForgotten() throws {
    let login = try client.testClient.register("dan", password: "secret", more: #""device_id":"D","#)
    let token = try login.accessToken.orThrow("a token")
    let path = "v3/\(hall)/send/m.room.message/1"
    _ = try client.testClient.send(.post, "v3/\(hall)/join", as: token)
    let first = try event(client.testClient.send(.put, path, body, as: token))
    _ = try client.testClient.send(.post, "v3/logout", as: token)
    let again = try client.testClient.login("dan", "secret", more: #""device_id":"D","#)
      .decoded(Credentials.self).accessToken.orThrow("a token")
    #expect(try event(client.testClient.send(.put, path, body, as: again)) != first)
  }

  @Test func onlyTheDeviceThatSentIsToldWithWhichID() throws {
    let sent = try event(client.done("ann", .put, "\(hall)/send/m.room.message/mine", body))
    let own = try client.done("ann", .get, "\(hall)/event/\(sent)").decoded(RoomEvent.self)
    #expect(own.transactionID == "mine")
    #expect(
      try client.done("bob", .get, "\(hall)/event/\(sent)").decoded(RoomEvent.self).transactionID == nil)
  }

  @Test func aTransactionHasAnID() throws {
    #expect(try client.ask("ann", .put, "\(hall)/send/m.x/", "{}").code == "400 M_INVALID_PARAM")
    let long = String(repeating: "x", count: 256)
    #expect(try client.ask("ann", .put, "\(hall)/send/m.x/\(long)", "{}").code == "400 M_INVALID_PARAM")
  }

  @Test func sendingTakesPower() throws {
    try client.done(
      "ann", .put, "\(hall)/state/m.room.power_levels",
      #"{"users":{"@ann:harbor.example":100},"events_default":50,"redact":50}"#)
    #expect(try client.ask("bob", .post, "\(hall)/send/m.room.message", body).code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .put, "\(hall)/send/m.x/1", "{}").code == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .post, "\(hall)/send/m.room.redaction", "{}").code == "400 M_INVALID_PARAM")
    #expect(try client.ask("ann", .post, "\(hall)/send/", "{}").code == "400 M_INVALID_PARAM")
  }

  @Test func anEventHasASize() throws {
    let long = #"{"body":"\#(String(repeating: "x", count: 65_300))"}"#
    #expect(try client.ask("ann", .post, "\(hall)/send/m.x", long).code == "400 M_TOO_LARGE")
    let longer = #"{"body":"\#(String(repeating: "x", count: 65_536))"}"#
    #expect(try client.ask("ann", .post, "\(hall)/send/m.x", longer).code == "413 M_TOO_LARGE")
  }

  // MARK: Redactions

  @Test func whatIsRedactedLosesItsContent() throws {
    let sent = try client.say("secret", in: hall, by: "bob")
    let path = "\(hall)/redact/\(sent)/7"
    let redaction = try event(client.done("bob", .put, path, #"{"reason":"oops"}"#))
    #expect(try event(client.done("bob", .put, path, "{}")) == redaction)
    let redacted = try client.done("ann", .get, "\(hall)/event/\(sent)").text
    #expect(redacted.contains(#""content":{}"#) && !redacted.contains("secret"))
    #expect(redacted.contains("redacted_because") && redacted.contains("oops"))
    let event = try client.done("ann", .get, "\(hall)/event/\(redaction)").text
    #expect(event.contains(#""redacts":"\#(sent)""#))
  }

  @Test func onlyTheSenderOrOneWithPowerRedacts() throws {
    let (own, other) = (try client.say("mine", in: hall), try client.say("theirs", in: hall, by: "bob"))
    #expect(try client.ask("bob", .post, "\(hall)/redact/\(own)").code == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .post, "\(hall)/redact/\(other)").code == "200 -")
    #expect(try client.ask("ann", .post, "\(hall)/redact/$nothing").code == "404 M_NOT_FOUND")
    let elsewhere = try client.say("elsewhere", in: try client.room())
    #expect(try client.ask("ann", .post, "\(hall)/redact/\(elsewhere)").code == "404 M_NOT_FOUND")
    #expect(try client.ask("ann", .put, "\(hall)/redact/\(own)/1", "[]").code == "400 M_BAD_JSON")
  }

  @Test func whatCannotBeStoredDidNotHappen() throws {
    let store = FullStore()
    let client = try RoomClient(store: store)
    let hall = try client.room()
    store.fill()
    #expect(try client.ask("ann", .put, "\(hall)/send/m.room.message/1", body).code == "503 M_UNKNOWN")
    store.fill(false)
    #expect(try client.messages(hall, as: "ann").isEmpty)
    try client.done("ann", .put, "\(hall)/send/m.room.message/1", body)
    #expect(try client.messages(hall, as: "ann") == ["hello"])
  }
}
