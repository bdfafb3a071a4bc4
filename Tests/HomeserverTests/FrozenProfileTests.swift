import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// What others go on being shown of the profile of a user who hides: the one from before, everywhere but where they
/// ask for it by name, and also after a start.
struct FrozenProfileTests {
  let simulation = Simulation()
  let store = MemoryServerStore()
  let server: TestHomeserver
  let ann: Session
  let bob: Session
  let cem: Session

  /// Ann watches Bob, who asked Cem and hides.
  init() throws {
    server = try TestHomeserver(simulation, store: store)
    ann = try server.register("ann")
    bob = try server.register("bob")
    cem = try server.register("cem")
    try server.befriend(ann, bob)
    try simulation.run { [bob, cem] in
      try await bob.setDisplayName("Bob")
      try await bob.invite(cem.userID)
      try await bob.setStatus(.hidden, text: nil)
    }
    simulation.advance(by: .seconds(60))
  }

  private func rename() throws {
    try simulation.run { [bob] in try await bob.setDisplayName("Robert") }
  }

  private func body(_ request: WireRequest, as session: Session, at server: TestHomeserver) throws -> String {
    var request = request
    request.accessToken = session.credentials.accessToken
    return String(decoding: try server.respond(to: request).body, as: UTF8.self)
  }

  /// Everything that says something of Bob to Ann, and to Cem whom he asked.
  private func everywhere(at server: TestHomeserver) throws -> [String] {
    let sync = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
    let standard = WireRequest(
      .get, ["_matrix", "client", "v3", "presence", "list", ann.userID.rawValue])
    let initial = WireRequest(.get, ["_matrix", "client", "v3", "initialSync"])
    return try [
      body(ClientAPI.presenceList(), as: ann, at: server), body(standard, as: ann, at: server),
      body(sync, as: ann, at: server), body(initial, as: ann, at: server),
      body(ClientAPI.presenceList(), as: cem, at: server), body(sync, as: cem, at: server),
    ]
  }

  @Test func aHiddenPersonsNewNameShowsNowhere() throws {
    try rename()
    for text in try everywhere(at: server) {
      #expect(!text.contains("Robert"))
      #expect(text.contains("Bob"))
    }
  }

  @Test func aHiddenPersonsNewNameShowsNowhereAfterARestart() throws {
    try rename()
    server.stop()
    let next = try TestHomeserver(simulation, store: store, seed: 2)
    for text in try everywhere(at: next) {
      #expect(!text.contains("Robert"))
      #expect(text.contains("Bob"))
    }
  }

  @Test func aHiddenPersonsNewNameShowsNowhereToWhoeverListens() throws {
    let screens = [server.connect(ann), server.connect(cem)]
    try rename()
    simulation.advance(by: .seconds(5))
    #expect(screens[0].roster.contacts[bob.userID]?.displayName == "Bob")
    #expect(screens[1].roster.invites[bob.userID]?.displayName == "Bob")
  }

  @Test func aProfileThatIsAskedForByNameIsToldAsItIs() throws {
    try rename()
    let profile = try simulation.run { [ann, bob] in try await ann.profile(of: bob.userID) }
    #expect(profile.displayName == "Robert")
  }

  @Test func oneselfSeesTheNewName() throws {
    try rename()
    let sync = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
    #expect(try body(sync, as: bob, at: server).contains("Robert"))
  }

  @Test(arguments: [false, true])
  func theNewNameShowsWhenItsOwnerIsBack(restarts: Bool) throws {
    try rename()
    var next = server
    if restarts {
      server.stop()
      next = try TestHomeserver(simulation, store: store, seed: 2)
    }
    let update = ClientAPI.setStatus(StatusUpdate(presence: .online, statusMessage: nil), of: bob.userID)
    _ = try body(update, as: bob, at: next)
    for text in try everywhere(at: next) { #expect(text.contains("Robert")) }
  }

  @Test func whoAppearsOfflineAfterHidingKeepsTheNameTheyHidWith() throws {
    try rename()
    try simulation.run { [bob] in try await bob.setStatus(.offline, text: nil) }
    for text in try everywhere(at: server) { #expect(!text.contains("Robert")) }
  }
}
