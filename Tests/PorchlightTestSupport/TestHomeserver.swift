public import Homeserver
public import MatrixWire
internal import OrderedCollections
public import PorchlightSDK
public import Ports

/// A homeserver in a simulation, with people.
public final class TestHomeserver {
  public let simulation: Simulation
  public let homeserver: Homeserver
  public let name: ServerName
  private let task: Task<Void, Never>

  /// - Parameters:
  ///   - simulation: where it runs.
  ///   - name: its server name.
  ///   - store: what it starts from and writes to.
  ///   - seed: for tokens; a second server on a store needs another one.
  ///   - federation: how it meets others; nil where it meets none.
  ///   - configure: changes its configuration before it starts.
  /// - Throws: `Missing` for a malformed name, `StoreError` where the store cannot be read.
  public init(
    _ simulation: Simulation, _ name: String = "harbor.example",
    store: any ServerStore = MemoryServerStore(), seed: UInt64 = 1, federation: Federation? = nil,
    configure: (inout Homeserver.Configuration) -> Void = { _ in }
  ) throws {
    self.simulation = simulation
    let name = try ServerName(name).orThrow("server name \(name)")
    self.name = name
    var configuration = Homeserver.Configuration(name: name)
    configuration.rateLimits = .none
    configure(&configuration)
    let stored = try simulation.run { try await store.load(for: name) }
    let homeserver = Homeserver(
      configuration, stored: stored, store: store, secrets: TestSecrets(), time: simulation.time,
      random: SeededGenerator(seed: seed), federation: federation)
    self.homeserver = homeserver
    task = simulation.start { await homeserver.run() }
  }

  public var exchange: InProcessExchange { InProcessExchange(homeserver) }

  public var client: Client { Client(exchange: exchange, time: simulation.time) }

  /// Ends the server: every waiting poll returns.
  public func stop() { simulation.stop(task) }

  public func user(_ localpart: String) throws -> UserID {
    try UserID(localpart: localpart, server: name).orThrow("user \(localpart)")
  }

  /// A new person with one session.
  public func register(_ localpart: String, through exchange: (any Exchange)? = nil) throws -> Session {
    let client = Client(exchange: exchange ?? self.exchange, time: simulation.time)
    return try simulation.run { try await client.register(username: localpart) }
  }

  /// The token of a new person, for requests written by hand.
  public func token(of localpart: String) throws -> AccessToken {
    let request = RegisterRequest(username: localpart, auth: .init(type: "m.login.dummy"))
    let response = try respond(to: ClientAPI.register(request))
    return try WireJSON.decode(Credentials.self, from: response.body).accessToken.orThrow("token")
  }

  /// Answers one request.
  public func respond(to request: WireRequest, from peer: Requester = .inProcess) throws -> WireResponse {
    let homeserver = homeserver
    return try simulation.run { await homeserver.respond(to: request, from: peer) }
  }

  /// The session of a user keeps a stream open, as a client does, until the returned task is stopped.
  @discardableResult
  public func connect(_ session: Session, as presence: PresenceState = .online) -> Listener {
    Listener(session, as: presence, in: simulation)
  }

  /// `owner` watches `observed`, who consents.
  public func befriend(_ owner: Session, _ observed: Session) throws {
    try simulation.run {
      try await owner.invite(observed.userID)
      try await observed.accept(owner.userID)
    }
  }
}

/// A session with an open stream, and the roster it sees.
public final class Listener {
  private let simulation: Simulation
  private let state: Shared
  private let task: Task<Void, Never>

  init(_ session: Session, as presence: PresenceState, in simulation: Simulation) {
    self.simulation = simulation
    let state = Shared(userID: session.userID)
    self.state = state
    task = simulation.start {
      do {
        for try await step in session.events(as: presence, seed: 1) {
          state.take(step, at: session.time.instant)
        }
      } catch {
        state.fail(error)
      }
    }
  }

  /// The roster as of the last answer.
  public var roster: Roster { state.roster }

  /// Every change since the stream began, the complete first answer included.
  public var changes: [RosterChange] { state.changes }

  /// How many answers came.
  public var answers: Int { state.answers }

  /// Why the stream ended, if it did.
  public var failure: SDKError? { state.failure }

  /// The state shown for a user.
  public func state(of user: UserID) -> PresenceState? { roster.contacts[user]?.state }

  /// Closes the stream without a word, as a killed client does.
  public func vanish() { simulation.stop(task) }
}
