internal import MatrixWire
internal import Ports
internal import Synchronization

/// The server at the other end of what is measured: keys, invites taken note of, states without end.
final class OtherServer: PeerTransport {
  struct State: Sendable {
    /// Which invite came.
    var inviteID: Int64?
    /// Whether states are wanted.
    var isPolled = false
    var number: Int64 = 0
    var sequence: Int64 = 0
    var message: [UInt8] = []
  }

  static let (near, far) = (name("near.bench.example"), name("far.bench.example"))
  static let alice = user("alice", far)

  let signer: any RequestSigner
  private let epoch: Int64
  private let state = Mutex(State())

  init(signer: any RequestSigner, epoch: Int64) {
    self.signer = signer
    self.epoch = epoch
  }

  var inviteID: Int64? { state.withLock(\.inviteID) }

  /// What the last transaction's signature was over.
  var message: [UInt8] { state.withLock(\.message) }

  /// What was said last.
  var lastText: String { "change \(state.withLock(\.sequence))" }

  func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
    if request.path == FederationAPI.keys().path {
      let keys = try signer.document(of: Self.far, validUntil: epoch + 86_400_000)
      return WireResponse(status: 200, body: keys.body)
    }
    let body = try CanonicalJSON(received: request.body)
    let transaction = try Transaction(id: request.path.last ?? "", signedBy: Self.near, body: body)
    state.withLock { state in
      for edu in transaction.edus {
        switch edu {
        case .list(let message) where message.kind == .invite: state.inviteID = message.inviteID
        case .presence(let presence) where presence.poll.contains(Self.alice): state.isPolled = true
        default: break
        }
      }
    }
    var answer = TransactionAnswer()
    answer.epoch = epoch
    return WireResponse(status: 200, body: answer.body(for: .exact))
  }

  /// Waits for what the server measured has to say first.
  func wait(_ what: String, until isThere: (borrowing State) -> Bool) async throws {
    for _ in 0..<1_000 {
      if state.withLock({ isThere($0) }) { return }
      try await ContinuousClock().sleep(for: .milliseconds(20))
    }
    throw BenchError("The server to be measured sent no \(what).")
  }

  /// A state that differs from the one before.
  func nextState() -> PresenceEDU {
    let sequence = state.withLock { state in
      state.sequence += 1
      return state.sequence
    }
    var edu = PresenceEDU()
    edu.epoch = epoch
    let content = PresenceContent(
      state: sequence.isMultiple(of: 2) ? .online : .busy, lastActiveAgo: 5_000, currentlyActive: true,
      statusMessage: "change \(sequence)", displayName: "Alice", avatarURL: "mxc://far.bench.example/alice",
      deviceTypes: [.terminal])
    edu.push = [.init(userID: Self.alice, content: content, sequence: sequence)]
    return edu
  }

  func next(_ edus: [EDU]) -> Transaction {
    let number = state.withLock { state in
      state.number += 1
      return state.number
    }
    return Transaction(
      id: "\(epoch)-\(number)", origin: Self.far, sentAt: epoch + number, edus: edus,
      order: .init(epoch: epoch, number: number))
  }

  /// A transaction as it is sent.
  func signed(_ transaction: Transaction) throws -> WireRequest {
    let request = try signer.signed(
      FederationAPI.send(transaction, for: .exact), from: Self.far, to: Self.near)
    if message.isEmpty, transaction.edus.count == 1, case .presence = transaction.edus[0] {
      let bytes = SignedRequest.bytes(of: request, from: Self.far, to: Self.near, content: request.body)
      state.withLock { $0.message = bytes }
    }
    return request
  }

  // MARK: Names

  private static func name(_ text: String) -> ServerName {
    guard let name = ServerName(text) else { preconditionFailure("a constant server name") }
    return name
  }

  static func user(_ localpart: String, _ server: ServerName) -> UserID {
    guard let user = UserID(localpart: localpart, server: server) else {
      preconditionFailure("a constant user ID")
    }
    return user
  }
}
