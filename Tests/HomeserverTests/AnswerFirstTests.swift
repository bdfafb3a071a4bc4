import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// A request is answered before any other client is told of it, and takes the same steps for users who are online, who
/// hide and who do not exist.
struct AnswerFirstTests {
  let testClient: TestClient
  let store = CommitLog()
  let ann: AccessToken
  let bob: AccessToken

  init() throws {
    testClient = try TestClient(store: store)
    ann = try testClient.token("ann")
    bob = try testClient.token("bob")
  }

  private func change(_ body: String, as token: AccessToken) throws {
    let path = "unstable/chat.porchlight/presence/list"
    #expect(try testClient.send(.post, path, body, as: token).text == #"{"failed":{}}"#)
  }

  /// A poll of Bob's that waits for something new.
  private func bobWaits() throws -> Box<WireResponse> {
    let first = try testClient.send(.get, "v3/sync", as: bob, query: [.init("set_presence", "offline")])
    let since = try first.decoded(SyncAnswer.self).nextBatch
    var request = ClientAPI.sync(since: since, wait: .seconds(60), setPresence: .offline, filter: nil)
    request.accessToken = bob
    let (answer, homeserver, poll) = (Box<WireResponse>(), testClient.server.homeserver, request)
    testClient.simulation.start { answer.set(await homeserver.respond(to: poll, from: .inProcess)) }
    return answer
  }

  @Test func theAskerIsAnsweredBeforeThePollsOfTheAskedPerson() throws {
    let answer = try bobWaits()
    try change(#"{"invite":["@bob:harbor.example"]}"#, as: ann)
    #expect(answer.value == nil)
    testClient.simulation.advance(by: .milliseconds(20))
    #expect(answer.value.map { String(decoding: $0.body, as: UTF8.self).contains("presence_invite") } == true)
  }

  @Test func aUserWhoTakesAnInviteBackIsAnsweredBeforeThePollsOfTheAskedPerson() throws {
    try change(#"{"invite":["@bob:harbor.example"]}"#, as: ann)
    let answer = try bobWaits()
    try change(#"{"drop":["@bob:harbor.example"]}"#, as: ann)
    #expect(answer.value == nil)
    testClient.simulation.advance(by: .milliseconds(20))
    #expect(answer.value != nil)
  }

  @Test func aUserWhoAcceptsIsAnsweredBeforeThePollsOfTheAsker() throws {
    try change(#"{"invite":["@ann:harbor.example"]}"#, as: bob)
    let answer = try bobWaits()
    try change(#"{"accept":["@bob:harbor.example"]}"#, as: ann)
    #expect(answer.value == nil)
    testClient.simulation.advance(by: .milliseconds(20))
    #expect(answer.value != nil)
  }

  @Test func whatWaitsIsSeenByAPollThatIsOpenedAfterTheAnswer() throws {
    try change(#"{"invite":["@bob:harbor.example"]}"#, as: ann)
    let list = try testClient.send(.get, "unstable/chat.porchlight/presence/list", as: bob)
    let invites = try list.decoded(PresenceListAnswer.self).invites
    #expect(invites.map(\.observer.rawValue) == ["@ann:harbor.example"])
    let sync = try testClient.send(.get, "v3/sync", as: bob, query: [.init("set_presence", "offline")])
    #expect(sync.text.contains("presence_invite"))
  }

  @Test func anOwnDeviceSeesWhatAnotherOneDidAtOnce() throws {
    try change(#"{"invite":["@bob:harbor.example"]}"#, as: ann)
    let before = try testClient.send(.get, "v3/sync", as: bob, query: [.init("set_presence", "offline")])
    let since = try before.decoded(SyncAnswer.self).nextBatch.rawValue
    try change(#"{"accept":["@ann:harbor.example"]}"#, as: bob)
    let query = [WireRequest.QueryItem("set_presence", "offline"), .init("since", since)]
    let after = try testClient.send(.get, "v3/sync", as: bob, query: query)
    #expect(after.text.contains(#""state":"accepted""#))
  }

  // MARK: The same work

  /// What is stored while a user is invited, and dropped, before the answers.
  private func stored(for localpart: String) throws -> [String] {
    store.forget()
    for request in WireRequest.inviteAndDrop(try testClient.server.user(localpart), as: ann) {
      #expect(try testClient.server.respond(to: request).status == 200)
    }
    return store.commits.map { $0.replacing("@\(localpart):", with: "@someone:") }
  }

  @Test func theSameRowsAreStoredForSomebodyAndNobody() throws {
    #expect(try stored(for: "nobody") == stored(for: "bob"))
  }

  @Test(arguments: [PresenceState.hidden, .offline, .online])
  func theSameRowsAreStoredForWhoHidesAndWhoIsThere(choice: PresenceState) throws {
    let nobody = try stored(for: "nobody")
    let body = #"{"presence":"\#(choice.wire)"}"#
    _ = try testClient.send(.put, "v3/presence/@bob:harbor.example/status", body, as: bob)
    _ = try bobWaits()
    #expect(try stored(for: "bob") == nobody)
  }
}

/// A store that says what was committed.
final class CommitLog: RelayingStore {
  let base = MemoryServerStore()
  private let log = Mutex<[String]>([])

  /// Each commit, as text without times and places.
  var commits: [String] { log.withLock(\.self) }

  func forget() { log.withLock { $0 = [] } }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    let text = changes.map(Self.text).joined(separator: " + ")
    log.withLock { $0.append(text) }
    try await base.commit(changes)
  }

  private static func text(_ change: StoreChange) -> String {
    guard case .presence(.relationship(let record)) = change else { return "\(change)" }
    let relationship = record.relationship
    return "\(record.owner) \(record.observed) \(relationship.entry.map { "\($0.state)" } ?? "-") "
      + "asked \(relationship.askedAt != nil) allowed \(relationship.isAllowed) \(String(describing: relationship.inviteID)) "
      + "\(String(describing: relationship.declined))"
  }
}
