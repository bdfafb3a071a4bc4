import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// Name and picture in one's own presence: left out where they are not set, `""` where they were cleared (Protocol 8).
struct OwnProfileTests {
  private let simulation = Simulation()

  /// One's own presence in an answer of `/sync`.
  private func own(_ answer: Answer) throws -> CanonicalJSON? {
    guard case .array(let events)? = try CanonicalJSON(received: answer.response.body)["presence"]?["events"]
    else {
      return nil
    }
    return events.first {
      $0["sender"] == .string("@ann:harbor.example") && $0["type"] == .string("m.presence")
    }?[
      "content"]
  }

  private func position(_ answer: Answer) throws -> String {
    guard case .string(let text)? = try CanonicalJSON(received: answer.response.body)["next_batch"] else {
      return ""
    }
    return text
  }

  @Test func ownPresenceHasNoEmptyName() throws {
    let testClient = try TestClient(simulation)
    let ann = try testClient.token("ann")
    let first = try testClient.send(.get, "v3/sync", as: ann)
    #expect(try own(first) != nil)
    #expect(!first.text.contains("displayname"))
    #expect(!first.text.contains("avatar_url"))
    _ = try testClient.send(
      .put, "v3/presence/@ann:harbor.example/status", #"{"presence":"unavailable"}"#, as: ann)
    let second = try testClient.send(.get, "v3/sync", as: ann, query: [.init("since", try position(first))])
    #expect(try own(second)?["presence"] != nil)
    #expect(!second.text.contains("displayname"))
    #expect(try !testClient.send(.get, "api/v1/initialSync", as: ann).text.contains("displayname"))
  }

  @Test func aNameThatWasClearedIsSaidToBeOnceAndThenLeftOut() throws {
    let testClient = try TestClient(simulation)
    let ann = try testClient.token("ann")
    let path = "v3/profile/@ann:harbor.example/displayname"
    _ = try testClient.send(.put, path, #"{"displayname":"Ann"}"#, as: ann)
    let named = try testClient.send(.get, "v3/sync", as: ann)
    #expect(try own(named)?["displayname"] == .string("Ann"))
    #expect(try own(named)?["avatar_url"] == nil)
    _ = try testClient.send(.delete, path, as: ann)
    let cleared = try testClient.send(.get, "v3/sync", as: ann, query: [.init("since", try position(named))])
    #expect(try own(cleared)?["displayname"] == .string(""))
    #expect(try own(cleared)?["avatar_url"] == nil)
    #expect(try own(testClient.send(.get, "v3/sync", as: ann))?["displayname"] == nil)
  }

  @Test func anotherDeviceLearnsThatTheNameIsGone() throws {
    let server = try TestHomeserver(simulation)
    let ann = try server.register("ann")
    let screen = server.connect(ann)
    try simulation.run { try await ann.setDisplayName("Ann") }
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.own.displayName == "Ann")
    try simulation.run { try await ann.setDisplayName("") }
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.own.displayName == nil)
  }

  @Test func watchersAreToldOfAClearedNameAsBefore() throws {
    let server = try TestHomeserver(simulation)
    let (ann, bob) = (try server.register("ann"), try server.register("bob"))
    try server.befriend(ann, bob)
    let screen = server.connect(ann)
    try simulation.run { try await bob.setDisplayName("Bob") }
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.contacts[bob.userID]?.displayName == "Bob")
    try simulation.run { try await bob.setDisplayName("") }
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.contacts[bob.userID]?.displayName == nil)
  }
}
