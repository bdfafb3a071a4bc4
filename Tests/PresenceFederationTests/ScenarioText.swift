internal import MatrixWire
internal import Ports
internal import PresenceFederation

@testable internal import FederationSimulator

/// What passes in a scenario, in short lines. Transactions are numbered from 1 between each two servers, and lives of a
/// server from 1.
struct ScenarioText {
  private struct Way: Hashable {
    let from: ServerName
    let to: ServerName
  }

  private var numbers: [Way: [String]] = [:]
  private var lives: [ServerName: [Int64]] = [:]
  private var timer: (kind: String, way: Way)?

  /// Nil where it is told with what follows.
  mutating func line(for happening: Happening) -> String? {
    switch happening {
    case .started(let name, let epoch):
      lives[name, default: []].append(epoch)
      return lives[name]?.count == 1 ? nil : "\(name) starts\(life(epoch, of: name))"
    case .crashed(let name): return "\(name) crashes"
    case .timer(let watchdog, let name, let peer):
      timer = (watchdog == .short ? "short timer" : "long timer", Way(from: name, to: peer))
      return nil
    case .sent(let name, let outbound):
      defer { timer = nil }
      return sent(outbound, by: name)
    case .answered(let name, let transaction, let answer):
      return text(answer, by: name).map { "\(name) answers \(number(of: transaction, to: name)): \($0)" }
    case .unanswered(let name, let outbound):
      return "\(name) has no answer to \(number(of: outbound.transaction, to: outbound.peer))"
    }
  }

  private mutating func sent(_ outbound: OutboundTransaction, by name: ServerName) -> String {
    let (peer, transaction) = (outbound.peer, outbound.transaction)
    let head = "\(name) -> \(peer) \(number(of: transaction, to: peer))"
    if outbound.attempt > 1 { return "\(head) again" }
    let said = text(transaction.edus)
    // A timer that is due and was put off meanwhile does not fire.
    let hasFired = said.hasPrefix("reminder") && timer?.way == Way(from: name, to: peer)
    let fired = hasFired ? timer.map { " (\($0.kind))" } ?? "" : ""
    return head + life(transaction.order?.epoch, of: name) + ": " + said + fired
  }

  private mutating func number(of transaction: Transaction, to peer: ServerName) -> String {
    let way = Way(from: transaction.origin, to: peer)
    if numbers[way]?.contains(transaction.id) != true { numbers[way, default: []].append(transaction.id) }
    let place = numbers[way]?.firstIndex(of: transaction.id) ?? 0
    return "#\(place + 1)"
  }

  /// Which life of a server speaks, where it is not the first.
  private func life(_ epoch: Int64?, of name: ServerName) -> String {
    guard let epoch, let place = lives[name]?.firstIndex(of: epoch), place > 0 else { return "" }
    return " (life \(place + 1))"
  }

  // MARK: Contents

  func text(_ edus: [EDU]) -> String { edus.map(text).joined(separator: "; ") }

  private func text(_ edu: EDU) -> String {
    switch edu {
    case .list(let message):
      let (observer, observed) = (message.observer.localpart, message.observed.localpart)
      return switch message.kind {
      case .invite: "invite, \(observer) asks \(observed)"
      case .accept: "accept, \(observed) allows \(observer)"
      case .deny: "deny, \(observed) refuses \(observer)"
      case .drop: "drop, \(observer) leaves \(observed)"
      }
    case .presence(let presence): return (presence.role == .answer ? "answer, " : "") + text(presence)
    case .other(let type): return type
    }
  }

  /// Nil for an answer that only says "taken".
  func text(_ answer: TransactionAnswer, by name: ServerName) -> String? {
    if let behind = answer.behind { return "you are behind\(life(behind, of: name))" }
    return answer.answer.map { text($0) }
  }

  func text(_ presence: PresenceEDU) -> String {
    var parts: [String] = []
    if presence.role == .reminder { parts.append("reminder") }
    parts += presence.push.map { "push \($0.userID.localpart) \(text($0.content))" }
    for (word, users) in [
      ("poll", presence.poll), ("unpoll", presence.unpoll), ("once", presence.queries),
      ("refused", presence.refused),
    ] where !users.isEmpty {
      parts.append("\(word) \(users.map(\.localpart).joined(separator: " "))")
    }
    let usual = FederationTiming().promise.wholeMilliseconds
    if let promise = presence.promise, promise != usual {
      parts.append("promise \(ScenarioTime.text(.milliseconds(promise)).dropFirst())")
    }
    let empty = presence.role == .answer ? "nothing to tell" : "greeting"
    return parts.isEmpty ? empty : parts.joined(separator: ", ")
  }

  func text(_ content: PresenceContent) -> String {
    var text = content.state.wire
    if let reason = content.unknownReason { text += " (\(reason.rawValue))" }
    if content.currentlyActive == true { text += " active" }
    if let status = content.statusMessage { text += " \"\(status)\"" }
    return text
  }

  /// What is told of a view that is gone, where no other line of `now` tells it.
  static func ended(_ line: String, _ now: [String]) -> String? {
    let words = line.split(separator: " ")
    guard words.count >= 2 else { return nil }
    let name = words[0]
    switch words[1] {
    case "looks": return "\(name) looks no more"
    case "sees":
      let isTold = now.contains { $0.hasPrefix("\(name) sees \(words[2]) ") }
      return isTold || !now.contains("\(name) looks") ? nil : "\(name) sees \(words[2]) no more"
    case "waits":
      return now.contains { $0.hasPrefix("\(name) sees \(words[3]) ") }
        ? nil : "\(name) waits no more for \(words[3])"
    case "allows": return "\(name) allows \(words[2]) no more"
    case "is" where words.count >= 4 && words[2] == "asked":
      return now.contains("\(name) allows \(words[4])") ? nil : "\(name) is asked no more by \(words[4])"
    default: return nil
    }
  }
}

/// Spans of time, written and read.
enum ScenarioTime {
  /// `+0.04s`, `+1m04s`, `+2h00m`.
  static func text(_ span: Duration) -> String {
    let milliseconds = span.wholeMilliseconds
    let seconds = milliseconds / 1000
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 60 { return "+\(seconds).\(two(milliseconds / 10 % 100))s" }
    if seconds < 3600 { return "+\(seconds / 60)m\(two(seconds % 60))s" }
    return "+\(seconds / 3600)h\(two(seconds / 60 % 60))m\(two(seconds % 60))s"
  }

  /// `40ms`, `10s`, `1m30s`, `2h`, `31d`; nil for anything else.
  static func span(_ text: some StringProtocol) -> Duration? {
    let units: [String: Int] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    var (total, digits, unit) = (0, "", "")
    func part() -> Int? { Int(digits).flatMap { number in units[unit].map { number * $0 } } }
    for character in text {
      if character.isNumber, !unit.isEmpty {
        guard let milliseconds = part() else { return nil }
        (total, digits, unit) = (total + milliseconds, "", "")
      }
      if character.isNumber { digits.append(character) } else { unit.append(character) }
    }
    return part().map { .milliseconds(total + $0) }
  }
}
