import MatrixWire
import Testing

/// Requests as values: where they go and what they carry.
struct ClientAPITests {
  @Test func aTargetEncodesSegmentsAndValues() {
    let request = WireRequest(.get, ["a/b", "@c:d"], query: [.init("k=", "v&w"), .init("k", "")])
    #expect(request.target == "/a%2Fb/%40c%3Ad?k%3D=v%26w&k=")
  }

  @Test func aTargetWithoutAQueryHasNoMark() {
    #expect(ClientAPI.versions().target == "/_matrix/client/versions")
  }

  @Test func theFirstOfTwoQueryItemsCounts() {
    #expect(WireRequest(.get, [], query: [.init("a", "1"), .init("a", "2")]).query("a") == "1")
  }

  @Test(arguments: [("back soon", "back soon"), (nil, "")])
  func aStatusAlwaysCarriesBothKeys(text: String?, sent: String) throws {
    let update = StatusUpdate(presence: .busy, statusMessage: text)
    let request = ClientAPI.setStatus(update, of: try user("@b:x"))
    #expect(request.target == "/_matrix/client/v3/presence/%40b%3Ax/status")
    #expect(String(decoding: request.body, as: UTF8.self) == #"{"presence":"busy","status_msg":"\#(sent)"}"#)
  }

  @Test func ourOwnEndpointsStandUnderThePrefix() {
    #expect(
      ClientAPI.presenceList().target == "/_matrix/client/unstable/chat.porchlight/presence/list")
    #expect(
      ClientAPI.report(DeviceReport()).target == "/_matrix/client/unstable/chat.porchlight/presence/device")
    #expect(
      ClientAPI.setPolling(true).target == "/_matrix/client/unstable/chat.porchlight/presence/polling")
  }

  @Test(arguments: [
    (PresenceState.online, "online"), (.busy, "online"), (.freeForChat, "online"), (.hidden, "offline"),
    (.unavailable, "unavailable"), (.offline, "offline"),
  ])
  func aPollAlwaysSaysOneOfTheThreeStates(state: PresenceState, sent: String) {
    let request = ClientAPI.sync(since: nil, wait: .seconds(18), setPresence: state, filter: nil)
    #expect(request.target == "/_matrix/client/v3/sync?timeout=18000&set_presence=\(sent)")
  }

  @Test func aPollWaitsLongerThanTheServer() {
    let request = ClientAPI.sync(
      since: SyncToken("s1"), wait: .milliseconds(18_000), setPresence: .online,
      filter: SyncFilter(presence: EventFilter(types: ["m.presence"])))
    #expect(request.timeout == .seconds(48))
    #expect(request.query("since") == "s1")
    #expect(request.query("filter") == #"{"presence":{"types":["m.presence"]}}"#)
  }

  @Test(arguments: [
    (Duration.zero, 0), (.milliseconds(1500), 1500), (.nanoseconds(1_999_999), 1),
    (.seconds(Int64.max), Int.max), (.seconds(Int64.min), Int.min),
    (Duration(secondsComponent: 9_223_372_036_854_775, attosecondsComponent: 900_000_000_000_000_000), .max),
  ])
  func millisecondsSaturate(span: Duration, expected: Int) {
    #expect(span.wholeMilliseconds == expected)
  }

  @Test(arguments: [
    (#"{"versions":["v1.1"],"unstable_features":{"chat.porchlight":true}}"#, true),
    (#"{"versions":["v1.1"],"unstable_features":{"chat.porchlight":false}}"#, false),
    (#"{"versions":["v1.1"],"unstable_features":null}"#, false), (#"{"versions":[]}"#, false),
    (#"{"versions":[],"unstable_features":{"a":"odd"}}"#, false),
  ])
  func listsAreAFlag(text: String, expected: Bool) throws {
    #expect(try decode(text, as: VersionsAnswer.self).hasPresenceLists == expected)
  }
}
