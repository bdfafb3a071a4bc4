import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Devices, logging out, and what a client may ask about.
struct DeviceTests {
  private let testClient: TestClient
  private let ann: AccessToken

  init() throws {
    testClient = try TestClient()
    ann = try testClient.register(
      "ann", password: "pw", more: #""device_id":"TTY","initial_device_display_name":"porch","#
    ).accessToken.orThrow("token")
  }

  private func second() throws -> AccessToken {
    try testClient.login("ann", "pw", more: #""device_id":"B","#).decoded(Credentials.self).accessToken
      .orThrow(
        "token")
  }

  @Test func devicesAreListedWithTheirNames() throws {
    _ = try second()
    let answer = try testClient.send(.get, "v3/devices", as: ann)
    // Strict clients refuse the list where a key is missing.
    let unseen = #""last_seen_ip":null,"last_seen_ts":null}"#
    let (nameless, named) = (
      #"{"device_id":"B","display_name":null,"# + unseen,
      #"{"device_id":"TTY","display_name":"porch","# + unseen
    )
    #expect(answer.text == #"{"devices":["# + nameless + "," + named + "]}")
    #expect(try testClient.send(.get, "v3/devices/TTY", as: ann).text == named)
  }

  @Test func devicesAreShownToNobodyElse() throws {
    let bob = try testClient.token("bob")
    #expect(try testClient.send(.get, "v3/devices/TTY", as: bob).code == "404 M_NOT_FOUND")
    #expect(!(try testClient.send(.get, "v3/devices", as: bob).text.contains("TTY")))
    #expect(
      try testClient.send(.put, "v3/devices/TTY", #"{"display_name":"x"}"#, as: bob).code == "404 M_NOT_FOUND"
    )
    let opened = try testClient.send(.delete, "v3/devices/TTY", as: bob)
    #expect(opened.status == 401)
    _ = try testClient.send(.delete, "v3/devices/TTY", #"{"auth":{"type":"m.login.dummy"}}"#, as: bob)
    #expect(try testClient.whoIs(ann) == "@ann:harbor.example")
  }

  @Test(arguments: [
    (#"{"display_name":"couch"}"#, "200 -", "couch"), ("{}", "200 -", "porch"),
    (#"{"display_name":7}"#, "400 M_BAD_JSON", "porch"),
    (#"{"display_name":"\#(String(repeating: "x", count: 101))"}"#, "400 M_TOO_LARGE", "porch"),
  ])
  func aDeviceIsRenamed(body: String, expected: String, name: String) throws {
    #expect(try testClient.send(.put, "v3/devices/TTY", body, as: ann).code == expected)
    let found = try testClient.send(.get, "v3/devices/TTY", as: ann).decoded(DeviceDescription.self)
    #expect(found.displayName == name)
  }

  @Test func removingADeviceTakesThePassword() throws {
    let other = try second()
    let opened = try testClient.send(.delete, "v3/devices/B", as: ann).decoded(AuthenticationChallenge.self)
    #expect(opened.flows.map(\.stages) == [["m.login.password"]])
    func delete(_ device: String, _ password: String, user: String = "ann") throws -> Answer {
      try testClient.send(
        .delete, "v3/devices/\(device)",
        #"{"auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"\#(user)"},"#
          + #""password":"\#(password)","session":"\#(opened.session)"}}"#, as: ann)
    }
    let wrong = try delete("B", "no")
    #expect(wrong.code == "401 M_FORBIDDEN")
    #expect(try wrong.decoded(AuthenticationChallenge.self).session == opened.session)
    _ = try testClient.register("bob", password: "pw")
    #expect(try delete("B", "pw", user: "bob").code == "401 M_FORBIDDEN")
    // A session opened for one device is none for another.
    #expect(try delete("TTY", "pw").code == "401 M_UNAUTHORIZED")
    #expect(try delete("B", "pw").code == "200 -")
    #expect(try testClient.whoIs(other) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(ann) == "@ann:harbor.example")
    #expect(try delete("B", "pw").status == 401)
  }

  @Test func aDeviceThatIsGoneIsGone() throws {
    let auth = #"{"auth":{"type":"m.login.password","user":"ann","password":"pw"}}"#
    #expect(try testClient.send(.delete, "v3/devices/NONE", auth, as: ann).code == "200 -")
  }

  @Test func anAccountWithoutAPasswordHasNothingElseToShow() throws {
    let carol = try testClient.register("carol", more: #""device_id":"C","#).accessToken
    let opened = try testClient.send(.delete, "v3/devices/C", as: carol).decoded(AuthenticationChallenge.self)
    #expect(opened.flows.map(\.stages) == [["m.login.dummy"]])
    let auth = #"{"auth":{"type":"m.login.dummy","session":"\#(opened.session)"}}"#
    #expect(try testClient.send(.delete, "v3/devices/C", auth, as: carol).code == "200 -")
    #expect(try testClient.whoIs(carol) == "401 M_UNKNOWN_TOKEN")
  }

  @Test func loggingOutEndsOneSessionOrAll() throws {
    let (b, third) = (try second(), try testClient.login("ann", "pw").decoded(Credentials.self).accessToken)
    #expect(try testClient.send(.post, "v3/logout", as: b).code == "200 -")
    #expect(try testClient.whoIs(b) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(ann) == "@ann:harbor.example")
    #expect(try testClient.send(.post, "v3/logout/all", "{}", as: third).code == "200 -")
    #expect(try testClient.whoIs(ann) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(third) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.login("ann", "pw").code == "200 -")
  }

  @Test func capabilitiesSayWhatCanBeChanged() throws {
    let answer = try testClient.send(.get, "v3/capabilities", as: ann).decoded(CapabilitiesAnswer.self)
    #expect(answer.capabilities["m.change_password"]?.enabled == false)
    #expect(answer.capabilities["m.set_displayname"]?.enabled == true)
    #expect(answer.capabilities["m.set_avatar_url"]?.enabled == true)
    #expect(try testClient.send(.get, "v3/capabilities").code == "401 M_MISSING_TOKEN")
  }
}
