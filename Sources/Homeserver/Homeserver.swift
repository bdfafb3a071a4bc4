public import MatrixWire
public import Ports
public import PresenceCore
internal import PresenceFederation
public import RoomCore
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
    /// In which rooms members see each other's presence.
    public var presenceSharing = PresenceSharing()
    /// What bounds rooms.
    public var roomLimits = RoomLimits()
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
  let writer: AccountWriter
  let authenticator: Authenticator
  let streams: StreamEndpoints
  let table: EndpointTable
  private let passwords: PasswordGuard
  /// Other servers; nil where it meets none.
  let federationClient: FederationClient?
  private let sender: PeerSender?
  private let profileFetcher: ProfileFetcher?

  /// - Parameters:
  ///   - configuration: the server's name and limits.
  ///   - stored: what `store` was loaded with; nothing for a new one.
  ///   - store: where everything goes that must not be lost.
  ///   - secrets: keeps passwords and tokens, and hashes events of rooms.
  ///   - time: every deadline of the server runs on it.
  ///   - random: where tokens and device names come from; outside of tests it has to be the system's.
  ///   - federation: how to meet other servers; nil where it meets none.
  public init(
    _ configuration: Configuration, stored: StoredServer = StoredServer(),
    store: any ServerStore = MemoryServerStore(), secrets: any SecretHasher, time: any Timekeeper,
    random: some RandomNumberGenerator & Sendable, federation: Federation? = nil
  ) {
    var random = random
    let seed = random.next()
    self.configuration = configuration
    self.time = time
    let (persistence, locks) = (PersistenceService(store), KeyedLock())
    accounts = AccountRegistry(
      server: configuration.name, stored: stored, secrets: secrets, random: random)
    writer = AccountWriter(accounts: accounts, persistence: persistence, locks: locks, time: time)
    let limiter = RequestLimiter(configuration.rateLimits, time: time)
    authenticator = Authenticator(accounts: accounts, limiter: limiter, time: time)
    passwords = PasswordGuard(accounts, limiter, time: time)
    hub = SyncHub(time: time)
    var host: FederationHost?
    if let federation {
      let failures = PeerFailureLog(time: time) { federation.notice($0) }
      let knownPeers = KnownPeers(federation)
      let client = FederationClient(configuration.name, federation, knownPeers, failures, time: time)
      let profileFetcher = ProfileFetcher(client)
      let sender = PeerSender(configuration.name, federation, accounts: accounts)
      let engine = FederationEngine(
        server: configuration.name, policy: federation.policy, timing: federation.timing,
        // Later than every life before, whatever became of the clock.
        epoch: max(time.wallTime.milliseconds, stored.peerRows.epoch + 1), seed: seed)
      host = FederationHost(
        engine, stored.peerRows, sender: sender, knownPeers: knownPeers, failures: failures,
        profileFetcher: profileFetcher)
      (federationClient, self.profileFetcher, self.sender) = (client, profileFetcher, sender)
    } else {
      (federationClient, profileFetcher, sender) = (nil, nil, nil)
    }
    presence = PresenceService(
      configuration, stored,
      rooms: RoomRules(
        server: configuration.name, hasher: secrets, limits: configuration.roomLimits, rows: stored.roomRows),
      history: store, time: time, hub: hub, accounts: accounts, persistence: persistence, locks: locks,
      federation: host)
    streams = StreamEndpoints(
      accounts: accounts, presence: presence, longestWait: configuration.longestWait)
    table = EndpointTable(
      Self.endpoints(configuration, authenticator, writer, passwords, presence, streams, federationClient))
  }

  /// The families of endpoints, each with what it needs.
  private static func endpoints(
    _ configuration: Configuration, _ authenticator: Authenticator, _ writer: AccountWriter,
    _ passwords: PasswordGuard, _ presence: PresenceService, _ streams: StreamEndpoints,
    _ federationClient: FederationClient?
  ) -> [Endpoint] {
    let (server, accounts, limiter) = (configuration.name, authenticator.accounts, authenticator.limiter)
    let (time, lifetimes) = (authenticator.time, configuration.tokenLifetimes)
    let authentication = UserInteractiveAuthentication(accounts: accounts, time: time)
    let sessions = SessionStarter(
      accounts: accounts, writer: writer, presence: presence, lifetimes: lifetimes, time: time)
    return streams.endpoints + PresenceEndpoints(presence: presence).endpoints
      + PresenceListEndpoints(presence: presence, limiter: limiter).endpoints
      + ProfileEndpoints(
        server: server, accounts: accounts, authenticator: authenticator, writer: writer, presence: presence,
        federationClient: federationClient
      ).endpoints
      + AccountDataEndpoints(accounts: accounts, writer: writer, presence: presence).endpoints
      + RoomFamilies(
        server: server, authenticator: authenticator, presence: presence,
        reader: RoomReader(presence: presence, accounts: accounts, time: time)
      ).endpoints
      + LoginEndpoints(
        server: server, hasLocalLogin: configuration.localLogin, accounts: accounts, writer: writer,
        passwords: passwords, sessions: sessions
      ).endpoints
      + RegistrationEndpoints(
        registration: configuration.registration, accounts: accounts, limiter: limiter,
        passwords: passwords.work,
        sessions: sessions, authentication: authentication
      ).endpoints
      + SessionEndpoints(
        server: server, accounts: accounts, writer: writer, limiter: limiter, passwords: passwords,
        authentication: authentication, presence: presence, lifetimes: lifetimes, time: time
      ).endpoints
      + ServerEndpoints(baseURL: configuration.baseURL, sharing: configuration.presenceSharing).endpoints
      + FederationEndpoints(
        server: server, version: configuration.version, largestBody: configuration.largestBody,
        client: federationClient, accounts: accounts, presence: presence, time: time
      ).endpoints
      + NotaryEndpoints(server: server, client: federationClient, limiter: limiter, time: time).endpoints
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
    await writer.persistence.close()
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
      var (endpoint, routed) = try find(request, from: requester)
      if let token = request.accessToken {
        await writer.endTokens(before: token)
        passwords.notePlace(of: token, requester)
      }
      try authenticator.admit(&routed, to: endpoint)
      switch endpoint.handler {
      case .answer(let answer): return try await answer(routed)
      case .poll(let kind): return try await wait(for: kind, routed)
      }
    } catch let refusal as APIError {
      return authenticator.countGuess(refusal, request, from: requester).response
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

  /// Where a request goes. It counts for the address it came from, unless it goes where its token is looked at: one that
  /// is looked at nowhere spares no request.
  ///
  /// - Throws: as `EndpointTable.find`, 429 where too many came from that address.
  private func find(
    _ request: WireRequest, from requester: Requester
  ) throws(APIError) -> (Endpoint, RoutedRequest) {
    let found = Result { () throws(APIError) in try table.find(request, from: requester) }
    let asksForToken = (try? found.get().0.access.asksForToken) ?? false
    if request.accessToken == nil || !asksForToken {
      try authenticator.limiter.charge(.requests, requester.subject)
    }
    return try found.get()
  }

  /// Ends the devices of programs that were killed before they logged out, whose sessions have ended by
  /// themselves. What cannot be stored now is done at the next start.
  private func removeExpired() async {
    for device in accounts.expired(at: time.wallTime) {
      try? await writer.locks.withLock([device.user]) {
        // Asked again: another client may have logged in on it while others had the lock.
        guard accounts.isExpired(device, at: time.wallTime) else { return }
        try await writer.commit([.removeDevice(device.user, device.id)])
        await presence.removeDevice(device)
      }
    }
  }
}
