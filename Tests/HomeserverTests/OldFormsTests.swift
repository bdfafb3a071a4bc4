import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Presence in the forms of the first versions (Protocol 3.2 to 3.4, E1, E8).
struct OldFormsTests {
  private let testClient: TestClient
  private let ann: AccessToken
  private let bob: AccessToken
  private let annStatus = "presence/@ann:harbor.example/status"

  init() throws {
    testClient = try TestClient()
    ann = try testClient.token("ann")
    bob = try testClient.token("bob")
  }

  private func befriend() throws {
    _ = try testClient.send(
      .post, "v3/presence/list/@bob:harbor.example", #"{"invite":["@ann:harbor.example"]}"#, as: bob)
    _ = try testClient.send(
      .post, "unstable/chat.porchlight/presence/list", #"{"accept":["@bob:harbor.example"]}"#, as: ann)
  }

  /// A device that polls, so that a choice shows.
  private func connect() throws {
    let request = [WireRequest.QueryItem("timeout", "0")]
    #expect(try testClient.send(.get, "v3/sync", as: ann, query: request).code == "200 -")
  }

  // MARK: Status

  @Test(
    arguments: [
      ("api/v1", "free_for_chat", "free_for_chat", nil), ("r0", "free_for_chat", "free_for_chat", nil),
      ("v3", "free_for_chat", "online", "free_for_chat"), ("api/v1", "hidden", "hidden", nil),
      ("r0", "hidden", "offline", "hidden"), ("v3", "hidden", "offline", "hidden"),
      ("api/v1", "busy", "online", "busy"), ("r0", "busy", "online", "busy"),
      ("v3", "busy", "online", "busy"),
      ("api/v1", "unavailable", "unavailable", nil), ("api/v1", "online", "online", nil),
    ] as [(String, String, String, String?)])
  func presenceIsSaidInTheWordsOfTheVersion(
    version: String, choice: String, word: String, exact: String?
  ) throws {
    try connect()
    #expect(
      try testClient.send(.put, "\(version)/\(annStatus)", #"{"presence":"\#(choice)"}"#, as: ann).code
        == "200 -")
    let text = try testClient.send(.get, "\(version)/\(annStatus)", as: ann).text
    #expect(text.contains(#""presence":"\#(word)""#))
    if let exact {
      #expect(text.contains(#""chat.porchlight.presence":"\#(exact)""#))
    } else {
      #expect(!text.contains("chat.porchlight.presence"))
    }
  }

  @Test(arguments: [("api/v1", "404 M_NOT_FOUND"), ("r0", "403 M_FORBIDDEN"), ("v3", "403 M_FORBIDDEN")])
  func whatMayNotBeSeenIsRefusedAlikeForSomebodyAndNobody(version: String, expected: String) throws {
    let hidden = try testClient.send(.get, "\(version)/\(annStatus)", as: bob)
    let nobody = try testClient.send(.get, "\(version)/presence/@nobody:harbor.example/status", as: bob)
    #expect(hidden.code == expected)
    #expect(hidden.response == nobody.response)
  }

  @Test(arguments: ["api/v1", "r0", "v3"])
  func nobodySetsTheStatusOfAnother(version: String) throws {
    for user in ["ann", "nobody"] {
      let path = "\(version)/presence/@\(user):harbor.example/status"
      #expect(try testClient.send(.put, path, #"{"presence":"online"}"#, as: bob).code == "403 M_FORBIDDEN")
    }
  }

  @Test(arguments: ["api/v1", "r0", "v3"])
  func aTextThatIsNotSentIsCleared(version: String) throws {
    for clearing in [#"{"presence":"online"}"#, #"{"presence":"online","status_msg":null}"#] {
      _ = try testClient.send(
        .put, "\(version)/\(annStatus)", #"{"presence":"online","status_msg":"hi"}"#, as: ann)
      #expect(
        try testClient.send(.get, "\(version)/\(annStatus)", as: ann).text.contains(#""status_msg":"hi""#))
      #expect(try testClient.send(.put, "\(version)/\(annStatus)", clearing, as: ann).code == "200 -")
      #expect(!(try testClient.send(.get, "\(version)/\(annStatus)", as: ann).text.contains("status_msg")))
    }
  }

  // MARK: Lists

  @Test(arguments: ["api/v1", "r0", "v3"])
  func theListIsAFlatArrayWithThoseWhoHaveNotAnswered(version: String) throws {
    try befriend()
    try connect()
    _ = try testClient.send(.put, "v3/\(annStatus)", #"{"presence":"free_for_chat"}"#, as: ann)
    let list = "\(version)/presence/list/@bob:harbor.example"
    _ = try testClient.send(.post, list, #"{"invite":["@nobody:harbor.example", ""]}"#, as: bob)
    let answer = try testClient.send(.get, list, as: bob)
    let entries = try answer.decoded([StandardListEntry].self)
    #expect(entries.map(\.userID.rawValue) == ["@ann:harbor.example", "@nobody:harbor.example"])
    #expect(entries.map(\.isAccepted) == [true, false])
    #expect(entries.map(\.presence.content.state) == [.freeForChat, .unknown])
    #expect(answer.text.contains(#""presence":"offline""#))
    #expect(answer.text.contains(#""chat.porchlight.presence":"unknown""#))
    #expect(answer.text.contains(#""presence":"free_for_chat""#) == (version != "v3"))
    #expect(entries.last?.presence.content.lastActiveAgo == nil)
  }

  @Test func aListOfSomebodyElseIsRefused() throws {
    for user in ["ann", "nobody"] {
      let path = "api/v1/presence/list/@\(user):harbor.example"
      #expect(try testClient.send(.get, path, as: bob).code == "400 M_UNKNOWN")
      #expect(try testClient.send(.post, path, #"{"invite":[]}"#, as: bob).code == "400 M_UNKNOWN")
    }
  }

  @Test func whatFailsIsNamedAndTheRestIsDone() throws {
    let list = "v3/presence/list/@bob:harbor.example"
    let answer = try testClient.send(
      .post, list, #"{"invite":["@bob:harbor.example","nonsense","@ann:harbor.example"],"other":[1]}"#,
      as: bob)
    #expect(answer.code == "200 -")
    #expect(answer.text.hasPrefix(#"{"chat.porchlight.failed":{"#))
    #expect(answer.text.contains(#""nonsense":{"errcode":"M_INVALID_PARAM""#))
    #expect(answer.text.contains(#""@bob:harbor.example":{"errcode":"M_INVALID_PARAM""#))
    #expect(!answer.text.contains("@ann"))
    #expect(try testClient.send(.get, list, as: bob).decoded([StandardListEntry].self).count == 1)
  }

  @Test func aPlainChangeIsAnsweredWithNothing() throws {
    let list = "api/v1/presence/list/@bob:harbor.example"
    let existing = try testClient.send(.post, list, #"{"invite":["@ann:harbor.example"]}"#, as: bob)
    let unknown = try testClient.send(.post, list, #"{"invite":["@nobody:harbor.example"]}"#, as: bob)
    #expect(existing.text == "{}")
    #expect(existing.response == unknown.response)
    #expect(try testClient.send(.post, list, #"{"drop":["@ann:harbor.example"]}"#, as: bob).text == "{}")
    let left = try testClient.send(.get, list, as: bob).decoded([StandardListEntry].self)
    #expect(left.map(\.userID.rawValue) == ["@nobody:harbor.example"])
  }

  @Test(arguments: ["invite", "drop"])
  func whatIsNoTextIsRefusedAsItWas(verb: String) throws {
    for element in ["7", "null", "[]"] {
      let refused = try testClient.send(
        .post, "r0/presence/list/@bob:harbor.example", #"{"\#(verb)":["@ann:harbor.example",\#(element)]}"#,
        as: bob)
      #expect(refused.response.error == MatrixError(.unknown, "Bad \(verb) value."))
      #expect(refused.status == 400)
    }
    let left = try testClient.send(.get, "r0/presence/list/@bob:harbor.example", as: bob)
    #expect(!left.text.contains("@ann:"))
  }

  @Test(arguments: [#"{"invite":7}"#, #"{"drop":"@ann:harbor.example"}"#])
  func aListThatIsNoneIsRefused(body: String) throws {
    #expect(
      try testClient.send(.post, "r0/presence/list/@bob:harbor.example", body, as: bob).code
        == "400 M_BAD_JSON")
  }

  @Test func theStandardEndpointTakesNoAnswers() throws {
    _ = try testClient.send(
      .post, "v3/presence/list/@bob:harbor.example", #"{"invite":["@ann:harbor.example"]}"#, as: bob)
    _ = try testClient.send(
      .post, "v3/presence/list/@ann:harbor.example", #"{"accept":["@bob:harbor.example"]}"#, as: ann)
    #expect(try testClient.send(.get, "v3/\(annStatus)", as: bob).code == "403 M_FORBIDDEN")
  }
}
