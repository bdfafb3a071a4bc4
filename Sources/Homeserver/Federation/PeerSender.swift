internal import MatrixWire
internal import Ports
internal import PresenceFederation
internal import Synchronization

/// Carries transactions to other servers: writes each once, signs it, and says what became of every attempt.
final class PeerSender: Sendable {
  private struct Written: Sendable {
    let id: String
    let request: WireRequest
  }

  private let server: ServerName
  private let transport: any PeerTransport
  private let signer: any RequestSigner
  private let accounts: AccountRegistry
  private let attempts: AsyncStream<OutboundTransaction>
  private let attempt: AsyncStream<OutboundTransaction>.Continuation
  /// The transaction under way to each server: the same bytes in every attempt.
  private let written = Mutex<[ServerName: Written]>([:])
  /// A server whose transaction was given up leaves it behind. Beyond this many all are written anew.
  private static let mostWritten = 4_096

  init(_ server: ServerName, _ federation: Federation, accounts: AccountRegistry) {
    self.server = server
    self.accounts = accounts
    transport = federation.transport
    signer = federation.signer
    (attempts, attempt) = AsyncStream.makeStream()
  }

  /// Sends soon. There is one at a time for each server, so what waits here is bounded by the servers.
  func send(_ outbound: OutboundTransaction) { attempt.yield(outbound) }

  /// What became of an attempt.
  enum Outcome: Sendable {
    case answered(TransactionAnswer)
    /// It was refused, or no answer came; why, also in a few words for people.
    case failed(AttemptFailure, String)
  }

  /// Sends what is given to it until the task is cancelled, and says what came back.
  func run(_ sent: @escaping @Sendable (OutboundTransaction, Outcome) async -> Void) async {
    await withDiscardingTaskGroup { group in
      for await outbound in attempts {
        group.addTask {
          let outcome = await self.carry(outbound)
          guard !Task.isCancelled else { return }
          await sent(outbound, outcome)
        }
      }
    }
  }

  private func carry(_ outbound: OutboundTransaction) async -> Outcome {
    do {
      var request = try request(for: outbound)
      request.timeout = outbound.timeout
      let response = try await transport.send(request, to: outbound.peer)
      guard response.status == 200 else {
        return .failed(AttemptFailure(status: response.status), Self.refusal(response))
      }
      // Another may be under way already, where this one was given up before its answer came.
      written.withLock { written in
        if written[outbound.peer]?.id == outbound.transaction.id { written[outbound.peer] = nil }
      }
      return .answered(TransactionAnswer(body: response.body))
    } catch {
      return .failed(.noAnswer, ExchangeError.cause(of: error))
    }
  }

  private static func refusal(_ response: WireResponse) -> String {
    let status = "status \(response.status)"
    guard let error = try? WireJSON.decode(MatrixError.self, from: response.body) else { return status }
    return "\(status): \(error.message.forPeople())"
  }

  private func request(for outbound: OutboundTransaction) throws -> WireRequest {
    let (peer, id) = (outbound.peer, outbound.transaction.id)
    if let known = written.withLock({ $0[peer] }), known.id == id { return known.request }
    var transaction = outbound.transaction
    transaction.edus = transaction.edus.map { edu in
      guard case .presence(let presence) = edu else { return edu }
      return .presence(accounts.named(presence))
    }
    let plain = FederationAPI.send(transaction, for: outbound.speaksAdditions ? .exact : .modern)
    let request = try signer.signed(plain, from: server, to: peer)
    written.withLock { written in
      if written.count >= Self.mostWritten { written = [:] }
      written[peer] = Written(id: id, request: request)
    }
    return request
  }
}

extension AttemptFailure {
  /// What a status other than 200 says of the attempt. A proxy may answer for a server that is gone.
  fileprivate init(status: Int) {
    self =
      switch status {
      case 400, 413: .refused
      case 429: .busy
      default: .noAnswer
      }
  }
}
