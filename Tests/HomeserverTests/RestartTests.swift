import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

/// What a server that starts again tells everybody: exactly what they saw before.
struct RestartTests {
  /// A server that is killed and started again, with people who keep their sessions.
  private final class World {
    let simulation = Simulation()
    let store = MemoryServerStore()
    private let name: ServerName
    private(set) var homeserver: Homeserver
    private var task: Task<Void, Never>
    private var people: [String: AccessToken] = [:]
    private var life: UInt64 = 1
    let names: [String]

    init(_ names: [String]) throws {
      self.names = names
      name = try ServerName("harbor.example").orThrow("server")
      homeserver = try Self.server(name, on: store, simulation, life)
      let first = homeserver
      task = simulation.start { await first.run() }
      for person in names {
        let request = RegisterRequest(username: person, auth: .init(type: "m.login.dummy"))
        let answer = try respond(ClientAPI.register(request))
        people[person] = try WireJSON.decode(Credentials.self, from: answer.body).accessToken
      }
    }

    deinit { simulation.stop(task) }

    private static func server(
      _ name: ServerName, on store: MemoryServerStore, _ simulation: Simulation, _ life: UInt64
    ) throws -> Homeserver {
      let stored = try simulation.run { try await store.load(for: name) }
      var configuration = Homeserver.Configuration(name: name)
      configuration.rateLimits = .none
      return Homeserver(
        configuration, stored: stored, store: store, secrets: TestSecrets(), time: simulation.time,
        random: SeededGenerator(seed: life))
    }

    /// Ends the server without a word, so that nothing is written behind, and starts another on what it left.
    func restart() throws {
      life += 1
      let next = try Self.server(name, on: store, simulation, life)
      let old = task
      task = simulation.start { await next.run() }
      homeserver = next
      simulation.stop(old)
    }

    /// What the store holds.
    func stored() throws -> StoredServer {
      try simulation.run { [store, name] in try await store.load(for: name) }
    }

    func user(_ name: String) throws -> UserID {
      try UserID(localpart: name, server: self.name).orThrow(name)
    }

    func respond(_ request: WireRequest) throws -> WireResponse {
      let homeserver = homeserver
      return try simulation.run { await homeserver.respond(to: request, from: .inProcess) }
    }

    /// One request of a user, which may be refused.
    @discardableResult
    func ask(_ person: String, _ request: WireRequest) throws -> WireResponse {
      var request = request
      request.accessToken = people[person]
      return try respond(request)
    }

    func change(_ person: String, _ change: PresenceListRequest) throws {
      try ask(person, ClientAPI.changePresenceList(change))
    }

    func say(_ person: String, _ state: PresenceState, _ text: String?) throws {
      let update = StatusUpdate(presence: state, statusMessage: text)
      try ask(person, ClientAPI.setStatus(update, of: user(person)))
    }

    /// One poll that is answered at once, and makes nobody online.
    func poll(_ person: String, since: SyncToken? = nil) throws -> SyncAnswer {
      let request = ClientAPI.sync(since: since, wait: .zero, setPresence: .offline, filter: nil)
      return try WireJSON.decode(SyncAnswer.self, from: ask(person, request).body)
    }

    /// Everything a person sees: their list, their invites, themselves, and the whole of their stream.
    func view(of person: String) throws -> View {
      let list = try ask(person, ClientAPI.presenceList())
      let answer = try WireJSON.decode(PresenceListAnswer.self, from: list.body)
      let own = try ask(person, ClientAPI.status(of: user(person)))
      return View(
        list: answer.list, invites: answer.invites, observers: answer.observers.sorted(),
        own: try WireJSON.decode(PresenceContent.self, from: own.body), events: try poll(person).presence)
    }

    func views() throws -> [View] { try names.map(view) }
  }

  private struct View: Hashable {
    let list: [ListEntry]
    let invites: [PendingInvite]
    let observers: [UserID]
    let own: PresenceContent
    let events: [StreamEvent]
  }

  /// Ann watches Bob, was asked by Cem and waits for Dee, who hides from Bob, who watches them.
  private func porch() throws -> World {
    let world = try World(["ann", "bob", "cem", "dee", "eve"])
    let (ann, bob, dee) = (try world.user("ann"), try world.user("bob"), try world.user("dee"))
    let ghost = try world.user("ghost")
    try world.change("ann", .init(invite: [bob, dee, ghost]))
    try world.change("bob", .init(invite: [dee], accept: [ann]))
    try world.change("dee", .init(accept: [bob]))
    try world.change("cem", .init(invite: [ann]))
    try world.change("eve", .init(invite: [ann]))
    try world.change(
      "ann", .init(deny: [try world.user("eve")], groups: [bob: ["Friends", "Cafe\u{301}", ""]]))
    try world.say("ann", .busy, "writing")
    try world.say("bob", .freeForChat, "tea")
    try world.say("dee", .online, "what they see")
    world.simulation.advance(by: .seconds(100))
    try world.say("dee", .hidden, "what I write")
    world.simulation.advance(by: .seconds(30))
    return world
  }

  @Test func everybodySeesExactlyTheSameAfterARestart() throws {
    let world = try porch()
    let before = try world.views()
    #expect(before[0].list.map(\.state) == [.accepted, .pending, .pending])
    #expect(before[0].invites.count == 1)
    #expect(before[3].own.state == .hidden)
    for _ in 0..<3 {
      try world.restart()
      #expect(try world.views() == before)
    }
  }

  @Test func whoHidesStaysFrozen() throws {
    let world = try porch()
    try world.restart()
    try world.say("dee", .hidden, "still secret")
    try world.restart()
    let seen = try world.view(of: "bob").list.first { $0.userID == (try? world.user("dee")) }
    #expect(seen?.presence.state == .offline)
    #expect(seen?.presence.statusMessage == "what they see")
    #expect(try world.view(of: "dee").own.statusMessage == "still secret")
  }

  @Test func aPositionOfTheFirstLifeBeginsAnew() throws {
    let world = try porch()
    let position = try world.poll("ann").nextBatch
    #expect(try !world.poll("ann", since: position).isComplete)
    try world.restart()
    let answer = try world.poll("ann", since: position)
    #expect(answer.isComplete)
    #expect(try answer.presence == world.poll("ann").presence)
    #expect(try !world.poll("ann", since: answer.nextBatch).isComplete)
  }

  @Test func aStreamHearsOfThoseWhoStoodOnTheListBefore() throws {
    let world = try porch()
    try world.restart()
    let position = try world.poll("ann").nextBatch
    try world.say("bob", .online, "coffee")
    let bob = try world.user("bob")
    let told = try world.poll("ann", since: position).presence.compactMap { event in
      if case .presence(bob, let content) = event { content.statusMessage } else { nil }
    }
    #expect(told == ["coffee"])
    try world.change("ann", .init(drop: [bob]))
    let ended = try world.poll("ann", since: position).presence
    #expect(ended == [.list(ListEvent(userID: bob, state: .dropped, sender: try world.user("ann")))])
  }

  @Test func anInviteThatLapsedStaysGone() throws {
    let world = try porch()
    let dee = try world.user("dee")
    world.simulation.advance(by: .seconds(31 * 24 * 3600))
    #expect(try !world.view(of: "ann").list.contains { $0.userID == dee })
    let stored = try world.stored().relationships.filter { $0.owner.localpart == "ann" && $0.observed == dee }
    #expect(stored == [])
  }

  @Test func whatWasWrittenBehindSaysWhenSomebodyWasThere() throws {
    let world = try porch()
    let report = DeviceReport(idleness: .since(milliseconds: 60_000), deviceType: .mobile)
    try world.ask("bob", ClientAPI.report(report))
    world.simulation.advance(by: .seconds(30))
    let before = try world.view(of: "bob")
    try world.restart()
    #expect(try world.view(of: "bob") == before)
    // A device that comes back is the same device, and as idle as it was.
    let request = ClientAPI.sync(since: nil, wait: .zero, setPresence: .online, filter: nil)
    try world.ask("bob", request)
    let own = try world.view(of: "bob").own
    #expect(own.deviceTypes == [.mobile])
    #expect(own.state == .unavailable)
  }

  @Test(arguments: 1...12) func anyLifeGoesOnAsItWas(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let world = try World(["ann", "bob", "cem", "dee"])
    let states: [PresenceState] = [.online, .freeForChat, .busy, .unavailable, .offline, .hidden]
    for step in 0..<60 {
      let (who, other) = (world.names[draw(4, &random)], try world.user(world.names[draw(4, &random)]))
      switch draw(9, &random) {
      case 0, 1: try world.change(who, .init(invite: [other]))
      case 2, 3: try world.change(who, .init(accept: [other]))
      case 4: try world.change(who, .init(deny: [other]))
      case 5: try world.change(who, .init(revoke: [other]))
      case 6: try world.change(who, .init(drop: [other]))
      case 7: try world.change(who, .init(groups: [other: ["group \(step)"]]))
      default: try world.say(who, states[draw(6, &random)], ["", "tea", "hush"][draw(3, &random)])
      }
      // Long enough for an invite that waited, and for what is written behind.
      world.simulation.advance(by: .seconds(61))
      let before = try world.views()
      try world.restart()
      let after = try world.views()
      #expect(after == before, "step \(step) of seed \(seed)")
      guard after == before else { return }
    }
  }

  private func draw(_ count: Int, _ random: inout SeededGenerator) -> Int {
    Int.random(in: 0..<count, using: &random)
  }
}
