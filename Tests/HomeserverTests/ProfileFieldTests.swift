import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Fields of profiles beside name and picture (Matrix v1.16, "Profiles").
struct ProfileFieldTests {
  private let user = "@ann:harbor.example"

  @Test func aTimeZoneIsSetShownAndTakenAway() throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    let path = "v3/profile/\(user)"
    #expect(try testClient.send(.get, "\(path)/m.tz").code == "404 M_NOT_FOUND")
    #expect(try testClient.send(.put, "\(path)/m.tz", #"{"m.tz":"Europe/Berlin"}"#, as: ann).text == "{}")
    #expect(try testClient.send(.get, "\(path)/m.tz").text == #"{"m.tz":"Europe/Berlin"}"#)
    #expect(
      try testClient.send(.put, "\(path)/displayname", #"{"displayname":"Ann"}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.get, path).text == #"{"displayname":"Ann","m.tz":"Europe/Berlin"}"#)
    #expect(try testClient.send(.get, "\(path)/displayname").text == #"{"displayname":"Ann"}"#)
    #expect(try testClient.send(.get, "\(path)/avatar_url").text == "{}")
    #expect(try testClient.send(.delete, "\(path)/m.tz", as: ann).text == "{}")
    #expect(try testClient.send(.delete, "\(path)/m.tz", as: ann).text == "{}")
    #expect(try testClient.send(.delete, "\(path)/displayname", as: ann).text == "{}")
    #expect(try testClient.send(.get, path).text == "{}")
    #expect(try testClient.send(.get, "\(path)/m.tz").code == "404 M_NOT_FOUND")
  }

  @Test(arguments: [
    (
      "org.example.job", #"{"org.example.job":{"b":[1,2.50,null,"ä"],"a":true}}"#,
      #"{"a":true,"b":[1,2.50,null,"ä"]}"#
    ),
    ("org.example.job", #"{"other":1,"org.example.job":null}"#, "null"),
    ("a", #"{"a":""}"#, #""""#), ("m.tz", #"{"m.tz":"Etc/GMT+5"}"#, #""Etc/GMT+5""#),
  ])
  func anyValueIsKept(name: String, body: String, value: String) throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    #expect(try testClient.send(.put, "v3/profile/\(user)/\(name)", body, as: ann).code == "200 -")
    #expect(try testClient.send(.get, "v3/profile/\(user)/\(name)").text == #"{"\#(name)":\#(value)}"#)
  }

  @Test(arguments: [
    ("m.tz", "", "400 M_NOT_JSON"), ("m.tz", "[]", "400 M_BAD_JSON"), ("m.tz", "{}", "400 M_MISSING_PARAM"),
    ("m.tz", #"{"m.tz":5}"#, "400 M_INVALID_PARAM"), ("m.tz", #"{"m.tz":null}"#, "400 M_INVALID_PARAM"),
    ("m.tz", #"{"m.tz":"a b"}"#, "400 M_INVALID_PARAM"), ("m.tz", #"{"m.tz":""}"#, "400 M_INVALID_PARAM"),
    ("a.b", #"{"a.b":1,"a.b":2}"#, "400 M_BAD_JSON"), ("a.b", #"{"a.b":"\ud800"}"#, "400 M_BAD_JSON"),
    ("Upper", #"{"Upper":1}"#, "400 M_INVALID_PARAM"), (".a", #"{".a":1}"#, "400 M_INVALID_PARAM"),
    ("", #"{"":1}"#, "400 M_INVALID_PARAM"), ("ä", #"{"ä":1}"#, "400 M_INVALID_PARAM"),
    ("\u{212A}", #"{"k":1}"#, "400 M_INVALID_PARAM"),
  ])
  func whatIsNoFieldIsRefused(name: String, body: String, expected: String) throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    #expect(try testClient.send(.put, "v3/profile/\(user)/\(name)", body, as: ann).code == expected)
    #expect(try testClient.send(.get, "v3/profile/\(user)").text == "{}")
  }

  @Test func nestingHasAnEnd() throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    func put(_ depth: Int) throws -> String {
      let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      return try testClient.send(.put, "v3/profile/\(user)/a", #"{"a":\#(value)}"#, as: ann).code
    }
    #expect(try put(100) == "200 -")
    #expect(try put(30_000) == "400 M_BAD_JSON")
  }

  @Test func aNameHas255BytesAtMost() throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    for (length, expected) in [(255, "200 -"), (256, "400 M_KEY_TOO_LARGE")] {
      let name = String(repeating: "a", count: length)
      #expect(
        try testClient.send(.put, "v3/profile/\(user)/\(name)", #"{"\#(name)":1}"#, as: ann).code == expected)
      #expect(try testClient.send(.delete, "v3/profile/\(user)/\(name)", as: ann).code == expected)
    }
  }

  @Test func aProfileHas64KiBAtMostNameAndPictureIncluded() throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    func put(_ name: String, _ count: Int) throws -> String {
      let value = String(repeating: "x", count: count)
      return try testClient.send(.put, "v3/profile/\(user)/\(name)", #"{"\#(name)":"\#(value)"}"#, as: ann)
        .code
    }
    // {"a":"…","b":"…"} is 15 bytes and the texts.
    #expect(try put("a", 60_000) == "200 -")
    #expect(try put("b", 5_522) == "400 M_PROFILE_TOO_LARGE")
    #expect(try put("b", 5_521) == "200 -")
    #expect(try testClient.send(.get, "v3/profile/\(user)").response.body.count == 65_536)
    #expect(try put("displayname", 1) == "400 M_PROFILE_TOO_LARGE")
    #expect(try put("a", 1) == "200 -")
    #expect(try put("displayname", 1) == "200 -")
  }

  @Test func onlyTheirOwnersChangeFields() throws {
    let testClient = try TestClient()
    _ = try testClient.token("ann")
    let bob = try testClient.token("bob")
    let path = "v3/profile/\(user)/m.tz"
    #expect(try testClient.send(.put, path, #"{"m.tz":"UTC"}"#, as: bob).code == "403 M_FORBIDDEN")
    #expect(try testClient.send(.delete, path, as: bob).code == "403 M_FORBIDDEN")
    #expect(try testClient.send(.put, path, #"{"m.tz":"UTC"}"#).code == "401 M_MISSING_TOKEN")
    #expect(try testClient.send(.delete, path).code == "401 M_MISSING_TOKEN")
    #expect(try testClient.send(.get, "v3/profile/@nobody:harbor.example/m.tz").code == "404 M_NOT_FOUND")
  }

  @Test func fieldsAreThereAfterAStart() throws {
    let store = MemoryServerStore()
    let first = try TestClient(store: store)
    let ann = try first.token("ann")
    _ = try first.send(.put, "v3/profile/\(user)/m.tz", #"{"m.tz":"UTC"}"#, as: ann)
    _ = try first.send(.put, "v3/profile/\(user)/a", #"{"a":1}"#, as: ann)
    _ = try first.send(.delete, "v3/profile/\(user)/a", as: ann)
    first.server.stop()
    let second = try TestClient(first.simulation, store: store, seed: 2)
    #expect(try second.send(.get, "v3/profile/\(user)").text == #"{"m.tz":"UTC"}"#)
  }

  @Test func aFieldThatCouldNotBeStoredIsNotThere() throws {
    let store = FullStore()
    let testClient = try TestClient(store: store)
    let ann = try testClient.token("ann")
    store.fill()
    #expect(try testClient.send(.put, "v3/profile/\(user)/m.tz", #"{"m.tz":"UTC"}"#, as: ann).status == 503)
    #expect(try testClient.send(.get, "v3/profile/\(user)").text == "{}")
  }

  @Test func theServerSaysThatItHasFields() throws {
    let testClient = try TestClient()
    let answer = try testClient.send(.get, "v3/capabilities", as: try testClient.token("ann"))
    #expect(try answer.decoded(CapabilitiesAnswer.self).capabilities["m.profile_fields"]?.enabled == true)
    let versions = try testClient.send(.get, "versions").decoded(VersionsAnswer.self)
    #expect(versions.unstableFeatures["uk.tcpip.msc4133.stable"] == true)
  }
}
