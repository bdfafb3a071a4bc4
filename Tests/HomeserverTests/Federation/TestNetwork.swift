internal import Homeserver
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Synchronization

/// Homeservers of one simulation that reach each other by name; every request is signed and verified.
final class TestNetwork: PeerTransport {
  private struct State: Sendable {
    var servers: [ServerName: Homeserver] = [:]
    var cut: Set<ServerName> = []
    var sent: [(to: ServerName, request: WireRequest)] = []
    var answered: [[UInt8]] = []
    var notices: [String] = []
    var known: Set<ServerName> = []
    var outsider: Answer?
  }

  /// What a server of the test's own answers.
  typealias Answer = @Sendable (WireRequest, ServerName) async throws -> WireResponse

  /// What is no homeserver of the simulation answers like this.
  func answer(_ answer: @escaping Answer) { state.withLock { $0.outsider = answer } }

  private let state = Mutex(State())

  /// What was sent, to whom.
  var sent: [(to: ServerName, request: WireRequest)] { state.withLock(\.sent) }

  /// Whether a text went over the wire, in a request or in an answer.
  func carried(_ text: String) -> Bool {
    state.withLock { state in
      (state.sent.map(\.request.body) + state.answered)
        .contains { String(decoding: $0, as: UTF8.self).contains(text) }
    }
  }

  /// What those who run the servers were told.
  var notices: [String] { state.withLock(\.notices) }

  /// The servers with which one of these has a relation.
  var known: Set<ServerName> { state.withLock(\.known) }

  func setKnown(_ isKnown: Bool, _ server: ServerName) {
    state.withLock { state in
      if isKnown { state.known.insert(server) } else { state.known.remove(server) }
    }
  }

  /// Nothing reaches a server, or leaves it.
  func cut(_ server: ServerName, _ isCut: Bool = true) {
    state.withLock { state in
      if isCut { state.cut.insert(server) } else { state.cut.remove(server) }
    }
  }

  func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
    let (homeserver, outsider) = state.withLock { state in
      state.sent.append((server, request))
      return state.cut.isEmpty ? (state.servers[server], state.outsider) : (nil, nil)
    }
    if homeserver == nil, let outsider { return try await outsider(request, server) }
    guard let homeserver else {
      throw ExchangeError(.unreachable, "\(server) is not there.", cause: "connection refused")
    }
    let answer = await homeserver.respond(
      to: request, from: Requester(address: "192.0.2.1", isSameUser: false))
    state.withLock { $0.answered.append(answer.body) }
    return answer
  }

  /// A homeserver that meets the others.
  func start(
    _ name: String, in simulation: Simulation, store: any ServerStore = MemoryServerStore(), seed: UInt64,
    configure: (inout Homeserver.Configuration) -> Void = { _ in }
  ) throws -> TestHomeserver {
    let key = TestSigner(try KeyID("ed25519:a_test").orThrow("a key"), secret: seed)
    var federation = Federation(transport: self, signer: key, verifier: TestVerifier())
    federation.notice = { [self] line in state.withLock { $0.notices.append(line) } }
    let server = try TestHomeserver(
      simulation, name, store: store, seed: seed, federation: federation, configure: configure)
    state.withLock { $0.servers[server.name] = server.homeserver }
    return server
  }

  func remove(_ server: ServerName) { state.withLock { $0.servers[server] = nil } }
}
