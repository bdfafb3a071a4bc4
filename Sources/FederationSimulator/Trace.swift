internal import MatrixWire
internal import PresenceFederation

/// What happens in a world, line by line, for debugging.
extension World {
  func note(_ line: @autoclosure () -> String) {
    guard let trace else { return }
    trace("\(now.text) \(line())")
  }

  static func text(_ transaction: Transaction) -> String {
    "\(transaction.id): " + transaction.edus.map { text($0) }.joined(separator: "; ")
  }

  private static func text(_ edu: EDU) -> String {
    switch edu {
    case .presence(let presence): text(presence)
    case .list(let message): "\(message.kind) of \(message.observed) for \(message.observer)"
    case .other(let type): type
    }
  }

  static func text(_ answer: TransactionAnswer) -> String {
    if let behind = answer.behind { return "behind \(behind)" }
    return answer.answer.map { text($0) } ?? "taken"
  }

  private static func text(_ edu: PresenceEDU) -> String {
    var parts: [String] = []
    if let role = edu.role { parts.append("\(role)") }
    if let epoch = edu.epoch { parts.append("epoch \(epoch - ServerClock.beginning)") }
    parts += edu.push.map { "\($0.userID) #\($0.sequence ?? -1) is \(Sight($0.content))" }
    for (word, users) in [
      ("poll", edu.poll), ("unpoll", edu.unpoll), ("once", edu.queries), ("refused", edu.refused),
    ] where !users.isEmpty {
      parts.append("\(word) \(users.map(\.rawValue).joined(separator: " "))")
    }
    return parts.joined(separator: ", ")
  }
}
