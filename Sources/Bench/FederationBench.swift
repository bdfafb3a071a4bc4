internal import Glibc
public import Homeserver
internal import MatrixWire
public import Ports
internal import PresenceCore

/// What a transaction with one state costs both servers, beside the signature it cannot do without.
///
/// In one process and without sockets: written, signed, received, verified, read, taken, answered, and the answer
/// read. Bare is one signature and one verification of as many bytes.
public struct FederationBench: Sendable {
  private let homeserver: Homeserver
  private let other: OtherServer
  private let verifier: any SignatureVerifier
  private let rounds: Int
  private let perRound = 2_000

  /// The most a transaction may cost, as a multiple of the bare signature.
  private static let limit = 4.0

  /// - Parameters:
  ///   - signer: the key of both servers.
  ///   - verifier: verifies what it signs.
  ///   - store: where everything goes.
  ///   - secrets: keeps tokens.
  ///   - time: the server's clock.
  ///   - random: where tokens come from.
  ///   - rounds: how often both are measured, in turns.
  /// - Throws: where the store cannot be read.
  public init(
    signer: any RequestSigner, verifier: any SignatureVerifier, on store: any ServerStore,
    secrets: any SecretHasher, time: any Timekeeper, random: some RandomNumberGenerator & Sendable,
    rounds: Int
  ) async throws {
    let name = OtherServer.near
    var configuration = Homeserver.Configuration(name: name)
    configuration.rateLimits = .none
    other = OtherServer(signer: signer, epoch: time.wallTime.milliseconds)
    homeserver = Homeserver(
      configuration, stored: try await store.load(for: name), store: store, secrets: secrets, time: time,
      random: random, federation: Federation(transport: other, signer: signer, verifier: verifier))
    self.verifier = verifier
    self.rounds = rounds
  }

  /// Measures, and prints a table.
  ///
  /// - Returns: whether the limit holds.
  /// - Throws: `BenchError` where something cannot be measured.
  public func run() async throws -> Bool {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await homeserver.run() }
      defer { group.cancelAll() }
      let token = try await makeFriends()
      group.addTask { try await watch(token) }
      try await other.wait("poll") { $0.isPolled }
      try await round(100)
      var (costs, bare) = ([Double](), [Double]())
      for _ in 0..<rounds {
        costs.append(try await cost { try await round(perRound) } / Double(perRound))
        bare.append(try await cost { try sign(perRound) } / Double(perRound))
      }
      try await check(token)
      return show(costs, bare)
    }
  }

  private func show(_ costs: [Double], _ bare: [Double]) -> Bool {
    let (cost, least) = (Figures.median(costs), Figures.median(bare))
    let ratio = Figures.median(zip(costs, bare).map { $0 / $1 })
    let (bytes, holds) = (other.message.count, ratio <= Self.limit)
    print("CPU per transaction with one state, both servers   \(Table.text(cost)) us")
    print("CPU per bare signature and verification            \(Table.text(least)) us (\(bytes) bytes)")
    print("transactions per CPU second                        \(Table.text(1e6 / cost))")
    let verdict = holds ? "holds" : "MISSED"
    print("ratio   \(Table.text(ratio)) x bare, at most \(Table.text(Self.limit)) x: \(verdict)")
    return holds
  }

  // MARK: Two people

  private static let bob = OtherServer.user("bob", OtherServer.near)

  /// A local user watches a remote one, who accepted.
  private func makeFriends() async throws -> AccessToken {
    let registration = RegisterRequest(username: "bob", auth: .init(type: "m.login.dummy"))
    let registered = await homeserver.respond(to: ClientAPI.register(registration), from: .inProcess)
    guard let token = try WireJSON.decode(Credentials.self, from: registered.body).accessToken else {
      throw BenchError("The server to be measured made no session: \(registered.status)")
    }
    var invite = ClientAPI.changePresenceList(PresenceListRequest(invite: [OtherServer.alice]))
    invite.accessToken = token
    let invited = await homeserver.respond(to: invite, from: .inProcess)
    guard invited.status == 200 else { throw BenchError("Nobody could be invited: \(invited.status)") }
    try await other.wait("invite") { $0.inviteID != nil }
    let accept = ListEDU(.accept, observer: Self.bob, observed: OtherServer.alice, inviteID: other.inviteID)
    try await put(other.next([.list(accept)]))
    return token
  }

  /// Polls as a client does, so that there is a watcher to tell.
  private func watch(_ token: AccessToken) async throws {
    var position: SyncToken?
    while !Task.isCancelled {
      var poll = ClientAPI.sync(since: position, wait: .seconds(30), setPresence: .online, filter: nil)
      poll.accessToken = token
      let response = await homeserver.respond(to: poll, from: .inProcess)
      guard response.status == 200 else { return }
      position = try WireJSON.decode(SyncAnswer.self, from: response.body).nextBatch
    }
  }

  /// Whether what was said last is what a client is told.
  private func check(_ token: AccessToken) async throws {
    var status = ClientAPI.status(of: OtherServer.alice)
    status.accessToken = token
    let response = await homeserver.respond(to: status, from: .inProcess)
    let content = try WireJSON.decode(PresenceContent.self, from: response.body)
    guard content.statusMessage == other.lastText else {
      throw BenchError("The last state was not taken: \(content.statusMessage ?? "none")")
    }
  }

  // MARK: What is measured

  private func round(_ count: Int) async throws {
    for _ in 0..<count { try await put(other.next([.presence(other.nextState())])) }
  }

  private func put(_ transaction: Transaction) async throws {
    let request = try other.signed(transaction)
    let peer = Requester(address: "127.0.0.1", isSameUser: false)
    let response = await homeserver.respond(to: request, from: peer)
    guard response.status == 200, TransactionAnswer(body: response.body).epoch != nil else {
      let text = String(decoding: response.body, as: UTF8.self)
      throw BenchError("A transaction was answered with \(response.status): \(text)")
    }
  }

  private func sign(_ count: Int) throws {
    var message = other.message
    for number in 0..<count {
      message[0] = UInt8(truncatingIfNeeded: number)
      let signature = try other.signer.signature(of: message)
      guard verifier.isValid(signature, of: message, by: other.signer.publicKey) else {
        throw BenchError("A signature does not hold.")
      }
    }
  }

  /// CPU of this process, in microseconds.
  private func cost(_ body: () async throws -> Void) async rethrows -> Double {
    func used() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
    let before = used()
    try await body()
    return used() - before
  }
}
