internal import MatrixWire
internal import Screen

/// What `doctor peers` says of one server: its name and how it is, then a line for each thing there is to say.
struct PeerLines {
  private let peer: PeerReport.Peer

  init(_ peer: PeerReport.Peer) { self.peer = peer }

  /// The lines as rows of a table.
  var lines: [String] {
    var lines = ["\(peer.name): \(state)"]
    for (user, observers) in peer.watchedByUs.sorted(by: { $0.key < $1.key }) {
      let whose = observers.isEmpty ? "for an invisible user, or just no longer" : "for " + names(observers)
      lines.append(field("we watch", "\(user)  \(whose)"))
    }
    if !peer.watchedByThem.isEmpty { lines.append(field("they watch", names(peer.watchedByThem))) }
    if let words = nextWord { lines.append(field("next word", words)) }
    if peer.backlog > 0 { lines.append(field("waiting", "\(peer.backlog)")) }
    if peer.failures > 0 { lines.append(field("failed", failures)) }
    if let sent { lines.append(field("sent", sent)) }
    if peer.speaksAdditions == false {
      lines.append(field("speaks", "standard Matrix only: it is told of changes, and cannot be asked"))
    }
    return lines
  }

  private var state: String {
    let heard = peer.heardAgo.map { "heard \(Self.span($0)) ago" }
    return peer.isSilent ? "silent, \(heard.map { "last \($0)" } ?? "never heard")" : heard ?? "not heard yet"
  }

  private var nextWord: String? {
    var parts: [String] = []
    if let short = peer.shortTimerIn { parts.append("in \(Self.span(short)) if nothing is heard") }
    if let long = peer.longTimerIn { parts.append("in \(Self.span(long)) in any case") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private var failures: String {
    let times = peer.failures == 1 ? "once" : "\(peer.failures) times"
    let since = peer.failingFor.map { " in \(Self.span($0))" } ?? ""
    let why = peer.lastError.map { " (\($0))" } ?? ""
    let again = peer.retryIn.map { ", again in \(Self.span($0))" } ?? ""
    return times + since + why + again
  }

  private var sent: String? {
    let counts = Self.causes.compactMap { cause, one, many -> String? in
      guard let count = peer.sent[cause], count > 0 else { return nil }
      return "\(count) \(count == 1 ? one : many)"
    }
    return counts.isEmpty ? nil : counts.joined(separator: ", ")
  }

  private static let causes = [
    ("push", "change", "changes"), ("subscribe", "subscription", "subscriptions"),
    ("answer", "answer", "answers"), ("reminder", "reminder", "reminders"), ("retry", "retry", "retries"),
    ("standing", "standing", "standing"), ("list", "list message", "list messages"),
  ]

  private func field(_ name: String, _ value: String) -> String {
    "  \(name)" + String(repeating: " ", count: max(0, 10 - name.count)) + "  \(value)"
  }

  private func names(_ users: [UserID]) -> String { users.map(\.rawValue).joined(separator: ", ") }

  /// A span in the largest unit that tells enough.
  private static func span(_ milliseconds: Int) -> String {
    let seconds = milliseconds / 1000
    return switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) days"
    }
  }
}
