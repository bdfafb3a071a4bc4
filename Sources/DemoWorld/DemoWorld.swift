internal import MatrixWire
public import PorchlightSDK
public import Ports

/// A world to look at: people who come online, go idle, change their text, flap, answer invites and send
/// their own. Same seed, same world.
///
/// Everybody in it is an SDK session over the given exchange; the world has no other handle on the homeserver.
public struct DemoWorld: Sendable {
  public struct Options: Hashable, Sendable {
    /// How many people are on the list, besides those who are elsewhere.
    public var people = 24
    public var seed: UInt64 = 1
    /// Scales the script of the simulated people, and nothing else.
    public var speed = 1.0
    /// Adds people whose names and texts attack the terminal.
    public var hostile = false

    public init() {}
  }

  /// A server nobody answers from: its people are unknown.
  public static let farServer = "far.example"
  private static let farPeople = ["greta", "odile"]

  private let exchange: any Exchange
  private let time: any Timekeeper
  private let options: Options

  public init(exchange: any Exchange, time: any Timekeeper, options: Options) {
    self.exchange = exchange
    self.time = time
    self.options = options
  }

  /// Makes everybody, fills the list of the person at the keyboard, and then lets the world live until the
  /// task is cancelled.
  ///
  /// - Parameters:
  ///   - user: the session of the person at the keyboard, whose list is filled.
  ///   - populated: called once, when the list is filled and before anybody moves.
  /// - Throws: `SDKError` where the homeserver refuses a person.
  public func run(around user: Session, populated: () async -> Void) async throws(SDKError) {
    var cast: [(SimulatedPerson, Script, isConnected: Bool)] = []
    let personas =
      Cast.people(count: options.people, seed: options.seed)
      + (options.hostile ? Cast.hostile(seed: options.seed) : [])
    for persona in personas {
      let person = try await introduce(persona, to: user)
      var script = Script(persona)
      let opening = script.opening()
      for action in opening { await person.perform(action) }
      cast.append((person, script, opening.contains(.connect)))
    }
    for localpart in Self.farPeople {
      if let far = UserID("@\(localpart):\(Self.farServer)") { try await user.invite(far) }
    }
    await settle(cast.filter(\.isConnected).map(\.0))
    await populated()
    await withDiscardingTaskGroup { group in
      for (person, script, isConnected) in cast {
        group.addTask { await person.live(script, isConnected: isConnected) }
        if person.persona.acquaintance == .willAsk { group.addTask { await askLater(person) } }
      }
    }
  }

  /// Registers somebody and puts them where they stand to the person at the keyboard.
  private func introduce(
    _ persona: Persona, to user: Session
  ) async throws(SDKError) -> SimulatedPerson {
    let session = try await Client(exchange: exchange, time: time).register(username: persona.localpart)
    try await session.setDisplayName(persona.displayName)
    switch persona.acquaintance {
    case .listed:
      try await user.invite(session.userID)
      try await session.accept(user.userID)
    case .asking: try await session.invite(user.userID)
    case .willAsk, .friendly, .shy: break
    }
    return SimulatedPerson(
      persona: persona, session: session, user: user.userID, speed: max(0.001, options.speed))
  }

  /// One short poll each, so that whoever is online is so before anybody looks.
  private func settle(_ people: [SimulatedPerson]) async {
    for person in people {
      _ = try? await person.session.sync(since: nil, wait: .zero, as: .online)
    }
  }

  private func askLater(_ person: SimulatedPerson) async {
    var random = SeededGenerator(seed: person.persona.seed)
    let delay = Duration.seconds(Int.random(in: 45...240, using: &random))
    do {
      try await time.sleep(until: time.instant + delay / person.speed)
      try await person.session.invite(person.user)
    } catch {
      // The world ended, or the server refused: then nobody asks.
    }
  }
}
