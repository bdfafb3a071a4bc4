import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// What servers that are odd offer, and what becomes of a login whose owner is not told.
struct LoginMethodsTests {
  private let simulation = Simulation()

  private func client(_ script: @escaping @Sendable (WireRequest) throws -> WireResponse) -> Client {
    Client(exchange: Script(script: script), time: simulation.time)
  }

  @Test(arguments: [
    WireResponse.text("<html>"), .text("{}"), .text(#"{"token_endpoint":1}"#), .text("<html>", status: 404),
  ])
  func whatIsNoMetadataIsNoneAtAll(_ answer: WireResponse) throws {
    let client = client { request in
      request.path.last == "login" ? .text(#"{"flows":[{"type":"m.login.password"}]}"#) : answer
    }
    let methods = try simulation.run { try await client.loginMethods() }
    #expect(methods.hasPassword)
    #expect(!methods.hasDeviceGrant)
  }

  @Test func whetherItIsAHomeserverGetLoginTells() {
    let client = client { _ in .text("<html>") }
    let error = #expect(throws: SDKError.self) { try simulation.run { try await client.loginMethods() } }
    #expect(error?.code == .badAnswer)
  }

  private func grant() throws -> DeviceGrant {
    let url = { (path: String) in try WebURL("https://auth.example.org/" + path).orThrow("a URL") }
    let server = AuthorizationServer(
      tokenEndpoint: try url("token"), registrationEndpoint: try url("register"),
      revocationEndpoint: try url("revoke"),
      deviceAuthorizationEndpoint: try url("device"), grantTypes: [AuthorizationServer.deviceGrant])
    return DeviceGrant(
      server, of: try WebURL("https://hs.example.org").orThrow("a URL"),
      device: try DeviceID("ABCDEFGHIJKL").orThrow("a device"),
      as: .init(name: "porchlight", page: "https://page.example"))
  }

  private let web = ScriptedWeb { request in
    switch request.url.target {
    case "/register": return .text(#"{"client_id":"client-1"}"#, status: 201)
    case "/device":
      return .text(
        #"{"device_code":"dc","user_code":"AB","verification_uri":"https://auth.example.org/","expires_in":60,"interval":1}"#
      )
    default:
      return .text(#"{"access_token":"at","token_type":"bearer","expires_in":300,"refresh_token":"rt"}"#)
    }
  }

  @Test(arguments: [(1, true), (3, true), (4, false)])
  func aGrantedLoginIsAskedAboutAFewTimes(_ failures: Int, _ isMade: Bool) throws {
    let count = Counter()
    let client = client { _ in
      count.next() <= failures
        ? .text("", status: 502) : .text(#"{"user_id":"@ann:hs.example.org","device_id":"D"}"#)
    }
    let (grant, web) = (try grant(), web)
    let session = Box<Session>()
    _ = try? simulation.run { session.set(try await client.login(by: grant, over: web) { _ in }) }
    #expect((session.value != nil) == isMade)
    let revoked = web.requests.filter { $0.url.target == "/revoke" }
    #expect(revoked.compactMap { $0.field("token") } == (isMade ? [] : ["rt"]))
  }
}

private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

private struct Script: Exchange {
  let script: @Sendable (WireRequest) throws -> WireResponse

  func send(_ request: WireRequest) async throws -> WireResponse { try script(request) }
}
