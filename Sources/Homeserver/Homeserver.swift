public import MatrixWire
public import Ports
public import PresenceCore
internal import PresenceFederation
internal import Synchronization

/// The reference homeserver: requests in, answers out, as values. Every caller with a `WireRequest` (an HTTP adapter,
/// an exchange in the same process, a test) gets the same answers.
///
/// `run()` has to run beside it: it keeps the timers of presence and of waiting polls.
public final class Homeserver: Sendable {
  /// What a server can be told when it is made.
  public struct Configuration: Sendable {
    public var name: ServerName
    /// What other servers are told this program's version is.
    public var version = "unknown"
    public var limits = PresenceLimits()
    public var autoAccept = AutoAccept.reverse
    /// The least span between two answers of one device's stream while changes keep coming.
    public var batching = Duration.milliseconds(250)
    /// The longest a poll may wait.
    public var longestWait = Duration.seconds(300)
    /// How often what can be inferred again is written: last activity, and what devices said of themselves.
    public var writeBehind = Duration.seconds(2)
    /// The largest request body, in bytes.
    public var largestBody = 65_536
    /// The largest body of a request of another server, in bytes.
    public var largestTransaction = 1_048_576
    /// Who may make accounts.
    public var registration = Registration.open
    /// Whether processes of the server's own user log in without a password, and make accounts by doing so.
    public var localLogin = false
    /// How long the access token of a client lives that can renew it. Those of others do not expire.
    public var accessTokenLifetime = Duration.seconds(3600)
    /// How long a session can be renewed after it was renewed last.
    public var refreshTokenLifetime = Duration.seconds(365 * 24 * 3600)
    /// Whether, where no other server is met, people of others may be asked all the same, and never answer: for
    /// demonstrations.
    public var othersAreSilent = false
    /// How often things may be done.
    public var rateLimits = RateLimits()

    /// Where clients reach this server, `https://matrix.example.org`, without a slash at its end; nil for where they look
    /// by themselves, at the server's name.
    public var publicURL: String?

    public init(name: ServerName) { self.name = name }

    /// What clients are told at `/.well-known/matrix/client`. Never what a request calls this server: clients choose
    /// that.
    var baseURL: String { publicURL ?? "https://\(name)" }

    var tokenLifetimes: TokenLifetimes { .init(access: accessTokenLifetime, refresh: refreshTokenLifetime) }
  }

  /// Who may make accounts.
  public enum Registration: Hashable, Sendable {
    case open
    /// Clients that have this token (`m.login.registration_token`), of 1 to 1,024 bytes.
    case token(String)
    case closed
  }

  let configuration: Configuration
  /// What it is told of time, for what serves it as well.
  package let time: any Timekeeper
  let accounts: AccountRegistry
  let hub: SyncHub
  let presence: PresenceService
  let persistence: PersistenceService
  let locks = KeyedLock()
  let filters = FilterCache()
  let limiter: Mutex<RateLimiter>
  let passwords: PasswordWork
  let places = Mutex(KnownPlaces())
  /// Other servers; nil where it meets none.
  let federationClient: FederationClient?
  private let sender: PeerSender?
  private let profileFetcher: ProfileFetcher?

  /// - Parameters:
  ///   - configuration: the server's name and limits.
  ///   - stored: what `store` was loaded with; nothing for a new one.
  ///   - store: where everything goes that must not be lost.
  ///   - secrets: keeps passwords and tokens.
  ///   - time: every deadline of the server runs on it.
  ///   - random: where tokens and device names come from; outside of tests it has to be the system's.
  ///   - federation: how to meet other servers; nil where it meets none.
  public init(
    _ configuration: Configuration, stored: StoredServer = StoredServer(),
    store: any PresenceStore = MemoryPresenceStore(), secrets: any SecretHasher, time: any Timekeeper,
    random: some RandomNumberGenerator & Sendable, federation: Federation? = nil
  ) {
    var random = random
    let seed = random.next()
    self.configuration = configuration
    self.time = time
    persistence = PersistenceService(store)
    accounts = AccountRegistry(
      server: configuration.name, stored: stored, secrets: secrets, random: random)
    passwords = PasswordWork(secrets)
    limiter = Mutex(RateLimiter(configuration.rateLimits))
    hub = SyncHub(time: time)
    let failures = PeerFailureLog(time: time) { federation?.notice($0) }
    let knownPeers = federation.map(KnownPeers.init)
    federationClient = federation.flatMap { federation in
      knownPeers.map { FederationClient(configuration.name, federation, $0, failures, time: time) }
    }
    profileFetcher = federationClient.map(ProfileFetcher.init)
    sender = federation.map { [accounts] in PeerSender(configuration.name, $0, accounts: accounts) }
    let engine = federation.map { federation in
      FederationEngine(
        server: configuration.name, policy: federation.policy, timing: federation.timing,
        // Later than every life before, whatever became of the clock.
        epoch: max(time.wallTime.milliseconds, stored.epoch + 1), seed: seed)
    }
    presence = PresenceService(
      configuration, stored, time: time, hub: hub, accounts: accounts, persistence: persistence, locks: locks,
      federation: engine, sender: sender, knownPeers: knownPeers, failures: failures,
      profileFetcher: profileFetcher)
  }

  /// Keeps the timers until the task is cancelled; then every waiting poll returns, and what is written behind
  /// is written.
  public func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.removeExpired() }
      group.addTask { await self.presence.run() }
      group.addTask { await self.presence.answerLong() }
      group.addTask { await self.hub.run { await self.presence.answerPolls(due: $0, gone: $1) } }
      group.addTask { await self.presence.writeBehind() }
      if let profileFetcher = self.profileFetcher {
        group.addTask { await profileFetcher.run { await self.presence.learn($0, of: $1) } }
      }
      if let sender = self.sender {
        group.addTask { await sender.run { await self.presence.sent($0, $1) } }
      }
    }
    await presence.close(hub.close())
    await presence.flush()
    await persistence.close()
  }

  /// How many polls are waiting for something to say.
  public var waitingPolls: Int { hub.waitingCount }

  /// Answers a request of `requester`, who may do what that requester may. Never throws: every refusal is an answer with a standard error.
  public func respond(to request: WireRequest, from requester: Requester) async -> WireResponse {
    do {
      guard !hub.isClosed else { return Self.farewell }
      let most =
        request.isBetweenServers ? configuration.largestTransaction : configuration.largestBody
      guard request.body.count <= most else {
        throw APIError(413, .tooLarge, "The body is larger than \(most) bytes.")
      }
      let endpoint = try endpoint(of: request, from: requester)
      if let token = request.accessToken {
        await noteUse(of: token)
        notePlace(of: token, requester)
      }
      return try await answer(endpoint, request, from: requester)
    } catch let refusal as APIError {
      return countGuess(refusal, request, from: requester).response
    } catch let error as MatrixError {
      return APIError(error).response
    } catch let error as StoreError where error.code == .closed {
      return Self.farewell
    } catch let error as StoreError {
      return APIError(503, .unknown, "Nothing was changed: \(error.message)").response
    } catch SecretHasherError.busy {
      return APIError(
        MatrixError(.limitExceeded, "Too many people log in right now.", retryAfter: 2000)
      ).response
    } catch SecretHasherError.failed {
      return APIError(
        503, .unknown, "Nothing was changed: this server could not work on the password. Try again later."
      ).response
    } catch is CancellationError {
      return APIError.gone.response
    } catch {
      return APIError(500, .unknown, "The server failed to answer.").response
    }
  }

  /// Nothing was done, and another process may do it: how a local homeserver passes from process to process.
  private static var farewell: WireResponse {
    var response = APIError(503, .unknown, "The server is shutting down.").response
    response.headers.append(.init("Retry-After", "1"))
    return response
  }

  private func answer(
    _ endpoint: RoutedEndpoint, _ request: WireRequest, from requester: Requester
  ) async throws -> WireResponse {
    switch endpoint.route {
    case .versions: versions()
    case .clientDiscovery: .json(ClientDiscovery(baseURL: configuration.baseURL))
    case .account(let route): try await answer(route, request, endpoint.version, from: requester)
    case .getProfile(let user, let field): try await getProfile(of: user, field: field, request)
    case .setProfile(let user, let field): try await setProfile(of: user, field: field, request)
    case .deleteProfileField(let user, let field):
      try await deleteProfileField(of: user, field: field, request)
    case .getStatus(let user): try await getStatus(of: user, request, endpoint.version)
    case .setStatus(let user): try await setStatus(of: user, request)
    case .getStandardList(let user): try await getStandardList(of: user, request, endpoint.version)
    case .changeStandardList(let user): try await changeStandardList(of: user, request)
    case .getList: try await getList(request)
    case .changeList: try await changeList(request)
    case .reportDevice: try await reportDevice(request)
    case .setPolling: try await setPolling(request)
    case .sync: try await sync(request, endpoint.version)
    case .events: try await events(request, endpoint.version)
    case .initialSync: try await initialSync(request, endpoint.version)
    case .peers: try await peers(from: requester)
    case .federation(let route): try await answer(route, request, from: requester)
    }
  }
}
