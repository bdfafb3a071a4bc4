import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Login without a password, which processes of the server's own user have (Protocol 2.2).
struct LocalLoginTests {
  private let local =
    #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"bob"}}"#

  @Test func ownProcessesLogInWithoutAPassword() throws {
    let testClient = try TestClient { $0.localLogin = true }
    let first = try testClient.send(.post, "v3/login", local).decoded(Credentials.self)
    let second = try testClient.send(.post, "v3/login", local).decoded(Credentials.self)
    #expect(first.userID.rawValue == "@bob:harbor.example")
    #expect(first.deviceID != second.deviceID)
    #expect(try testClient.whoIs(first.accessToken) == "@bob:harbor.example")
    let status = try testClient.send(
      .get, "v3/presence/@bob:harbor.example/status", as: first.accessToken)
    #expect(status.code == "200 -")
  }

  @Test(arguments: [
    (true, Requester(address: "127.0.0.1", isSameUser: false)),
    (true, Requester(address: nil, isSameUser: false)),
    (false, Requester.inProcess),
  ])
  func nobodyElseDoes(isOn: Bool, peer: Requester) throws {
    let testClient = try TestClient { $0.localLogin = isOn }
    #expect(try testClient.send(.post, "v3/login", local, from: peer).code == "403 M_FORBIDDEN")
    let flows = try testClient.send(.get, "v3/login", from: peer).decoded(FlowsAnswer.self)
    #expect(flows.flows.map(\.type) == ["m.login.password"])
  }

  @Test func theLocalLoginIsListedToWhomItIsOpen() throws {
    let flows = try TestClient { $0.localLogin = true }.send(.get, "r0/login").decoded(FlowsAnswer.self)
    #expect(flows.flows.map(\.type) == ["m.login.password", "chat.porchlight.login.local"])
  }

  @Test(arguments: ["\u{212A}im", "@\u{212A}im:harbor.example"])
  func theKelvinSignIsNoLetterOfAName(name: String) throws {
    let testClient = try TestClient { $0.localLogin = true }
    _ = try testClient.register("kim", password: "pw")
    #expect(try testClient.login("KIM", "pw").code == "200 -")
    #expect(try testClient.login(name, "pw").code == "403 M_FORBIDDEN")
    let body = #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"\#(name)"}}"#
    #expect(try testClient.send(.post, "v3/login", body).code == "400 M_INVALID_USERNAME")
  }

  @Test(arguments: ["a b", "", "@bob", "ä"])
  func aLocalLoginTakesTheNamesThatRegistrationTakes(name: String) throws {
    let body = #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"\#(name)"}}"#
    let testClient = try TestClient { $0.localLogin = true }
    #expect(try testClient.send(.post, "v3/login", body).code == "400 M_INVALID_USERNAME")
  }

  private func local(for milliseconds: Int) -> String {
    #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"ann"},"#
      + #""device_id":"SH","chat.porchlight.expires_in_ms":\#(milliseconds)}"#
  }

  @Test(arguments: [(7_200_000, 7_200_000), (1, 60_000), (-5, 60_000), (.max, 31_536_000_000)])
  func aLocalSessionEndsWhenItWasToldTo(wanted: Int, granted: Int) throws {
    let testClient = try TestClient { $0.localLogin = true }
    let session = try testClient.send(.post, "v3/login", local(for: wanted)).decoded(Credentials.self)
    #expect(session.expiresIn == granted)
    #expect(session.refreshToken == nil)
    testClient.simulation.advance(by: .milliseconds(granted - 1))
    #expect(try testClient.whoIs(session.accessToken) == "@ann:harbor.example")
    testClient.simulation.advance(by: .milliseconds(1))
    #expect(try testClient.whoIs(session.accessToken) == "401 M_UNKNOWN_TOKEN")
  }

  @Test func aPasswordSessionTakesNoEnd() throws {
    let testClient = try TestClient()
    _ = try testClient.register("bob", password: "pw")
    let more = #""chat.porchlight.expires_in_ms":60000,"#
    #expect(try testClient.login("bob", "pw", more: more).decoded(Credentials.self).expiresIn == nil)
  }

  @Test func devicesWhoseSessionsEndedAreGoneAfterAStart() throws {
    let store = MemoryServerStore()
    let first = try TestClient(store: store) { $0.localLogin = true }
    let ended = try first.send(.post, "v3/login", local(for: 60_000)).decoded(Credentials.self)
    let kept = try first.register("bob", more: #""refresh_token":true,"#)
    let endless = try first.send(.post, "v3/login", local).decoded(Credentials.self)
    first.simulation.advance(by: .seconds(2 * 3600))
    first.server.stop()
    let second = try TestClient(first.simulation, store: store, seed: 2) { $0.localLogin = true }
    first.simulation.drain()
    let devices = try first.simulation.run {
      try await store.load(for: ServerName("harbor.example").orThrow("name")).devices.map(\.id)
    }
    #expect(Set(devices.map(Optional.some)) == [kept.deviceID, endless.deviceID])
    #expect(try second.whoIs(ended.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try second.whoIs(endless.accessToken) == "@bob:harbor.example")
    let token = try kept.refreshToken.orThrow("a token").rawValue
    #expect(try second.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#).code == "200 -")
  }

  @Test func twoProcessesAtOnceAreOnePerson() throws {
    let testClient = try TestClient { $0.localLogin = true }
    let homeserver = testClient.server.homeserver
    let body = Array(local.utf8)
    let statuses = try testClient.simulation.run {
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            await homeserver.respond(
              to: WireRequest(.post, ClientAPI.standard("login"), body: body), from: .inProcess
            ).status
          }
        }
        return await group.reduce(into: [Int]()) { $0.append($1) }
      }
    }
    #expect(statuses == [200, 200, 200, 200])
  }
}
