internal import MatrixWire
public import PorchlightSDK
public import Ports

/// A world to look at: people who come online, go idle, change their text, flap, answer invites and send
/// their own. Same seed, same world.
///
/// Every simulated user is an SDK session over the given exchange; the world has no other handle on the homeserver.
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

  /// A server that does not answer: its users are unknown.
  public static let farServer = "far.example"
  private static let farPeople = ["greta", "odile"]

  /// A user of the world, and where their script has got to.
  private struct Member: Sendable {
    let person: SimulatedPerson
    let script: Script
    let isConnected: Bool
  }

  private let exchange: any Exchange
  private let time: any Timekeeper
  private let options: Options

  public init(exchange: any Exchange, time: any Timekeeper, options: Options) {
    self.exchange = exchange
    self.time = time
    self.options = options
  }

  /// Makes all users, fills the list of the person at the keyboard, and then lets the world live until the task is
  /// cancelled.
  ///
  /// - Parameters:
  ///   - user: the session of the person at the keyboard, whose list is filled.
  ///   - populated: called once, when the list is filled and before any script begins. Users whom the roster does not
  ///     show yet come after it.
  /// - Throws: `SDKError` where the homeserver refuses a person.
  public func run(around user: Session, populated: () async -> Void) async throws(SDKError) {
    let personas =
      Cast.people(count: options.people, seed: options.seed)
      + (options.hostile ? Cast.hostile(seed: options.seed) : [])
    let isShown = { (persona: Persona) in persona.acquaintance == .listed || persona.acquaintance == .asking }
    let far = Self.farPeople.compactMap { UserID("@\($0):\(Self.farServer)") }
    var cast = try await bringIn(personas.filter(isShown), and: far, to: user)
    await populated()
    cast += try await bringIn(personas.filter { !isShown($0) }, to: user)
    await withDiscardingTaskGroup { group in
      for member in cast {
        let person = member.person
        group.addTask { await person.live(member.script, isConnected: member.isConnected) }
        if person.persona.acquaintance == .willAsk { group.addTask { await askLater(person) } }
      }
    }
  }

  /// Makes accounts for simulated users, and puts those who are to be on the user's list onto it, with others elsewhere.
  private func bringIn(
    _ personas: [Persona], and far: [UserID] = [], to user: Session
  ) async throws(SDKError) -> [Member] {
    let people = try await concurrently(personas) { persona throws(SDKError) in
      try await introduce(persona, to: user)
    }
    let listed = people.filter { $0.persona.acquaintance == .listed }.map(\.session.userID)
    if !listed.isEmpty || !far.isEmpty { try await user.invite(listed + far) }
    return try await concurrently(people) { person throws(SDKError) in try await place(person) }
  }

  /// Registers a simulated user under their name.
  private func introduce(
    _ persona: Persona, to user: Session
  ) async throws(SDKError) -> SimulatedPerson {
    let session = try await Client(exchange: exchange, time: time).register(username: persona.localpart)
    try await session.setDisplayName(persona.displayName)
    return SimulatedPerson(
      persona: persona, session: session, user: user.userID, speed: max(0.001, options.speed))
  }

  /// Gives a simulated user their relation to the person at the keyboard, and the place where their script begins. The
  /// status they set counts as a stream that closed just then, so a connected one is online before their first poll.
  private func place(_ person: SimulatedPerson) async throws(SDKError) -> Member {
    switch person.persona.acquaintance {
    case .listed: try await person.session.accept(person.user)
    case .asking: try await person.session.invite(person.user)
    case .willAsk, .friendly, .shy: break
    }
    var script = Script(person.persona)
    let opening = script.opening()
    for action in opening { await person.perform(action) }
    let isConnected = opening.contains(.connect)
    if !isConnected { try? await person.session.close() }
    return Member(person: person, script: script, isConnected: isConnected)
  }

  /// Does the same for all users, two at a time, and keeps their order: a client's work goes on beside the server's,
  /// and the roster's first picture does not wait for all of them.
  private func concurrently<Value: Sendable, Result: Sendable>(
    _ values: [Value], _ body: @escaping @Sendable (Value) async throws(SDKError) -> Result
  ) async throws(SDKError) -> [Result] {
    typealias Outcome = (Int, Swift.Result<Result, SDKError>)
    let results = await withTaskGroup(of: Outcome.self) { group in
      var waiting = values.enumerated().makeIterator()
      func start(_ group: inout TaskGroup<Outcome>) {
        guard let (index, value) = waiting.next() else { return }
        group.addTask {
          do throws(SDKError) {
            return (index, .success(try await body(value)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      start(&group)
      start(&group)
      var results: [Int: Swift.Result<Result, SDKError>] = [:]
      while let (index, result) = await group.next() {
        results[index] = result
        start(&group)
      }
      return results
    }
    var ordered: [Result] = []
    for index in values.indices {
      if let result = results[index] { ordered.append(try result.get()) }
    }
    return ordered
  }

  private func askLater(_ person: SimulatedPerson) async {
    var random = SeededGenerator(seed: person.persona.seed)
    let delay = Duration.seconds(Int.random(in: 45...240, using: &random))
    do {
      try await time.sleep(until: time.instant + delay / person.speed)
      try await person.session.invite(person.user)
    } catch {
      // The world ended, or the server refused: then there is nothing to ask.
    }
  }
}
