internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// Something sent from one server to another, in the bytes that would be signed and sent.
struct WireRecord: Hashable, Sendable {
  let at: Instant
  let from: Int
  let to: Int
  let isRequest: Bool
  let bytes: [UInt8]

  /// A request, written as the homeserver's sender writes it.
  init(_ outbound: OutboundTransaction, at now: Instant, from server: Int, to other: Int) {
    var transaction = outbound.transaction
    transaction.edus = transaction.edus.map { edu in
      guard case .presence(let presence) = edu else { return edu }
      return .presence(Self.named(presence))
    }
    let request = FederationAPI.send(transaction, for: outbound.speaksAdditions ? .exact : .modern)
    (at, from, to, isRequest) = (now, server, other, true)
    bytes = Array("\(request.method.rawValue) /\(request.path.joined(separator: "/"))\n".utf8) + request.body
  }

  /// The response to it.
  init(
    _ answer: TransactionAnswer, to transaction: Transaction, at now: Instant, from server: Int, to other: Int
  ) {
    var answer = answer
    answer.answer = answer.answer.map(Self.named)
    (at, from, to, isRequest) = (now, server, other, false)
    bytes = answer.body(for: transaction.order == nil ? .modern : .exact)
  }

  /// No user in these worlds has a name, and that is said with every state.
  private static func named(_ message: PresenceEDU) -> PresenceEDU {
    var message = message
    for index in message.push.indices {
      message.push[index].content.displayName = ""
      message.push[index].content.avatarURL = ""
    }
    return message
  }
}

extension WireRecord: CustomStringConvertible {
  var description: String {
    "\(at.text) s\(from) to s\(to) \(isRequest ? "request" : "response"): \(String(decoding: bytes, as: UTF8.self))"
  }
}
