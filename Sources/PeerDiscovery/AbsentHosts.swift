internal import MatrixWire
internal import Ports

/// Hosts that have no address, as a value: a repeated question is answered without asking a name server (RFC 2308).
struct AbsentHosts {
  /// Why a host has none.
  enum Reason: Hashable, Sendable {
    /// A name server said so, perhaps for how long.
    case told(Duration?)
    /// No name server gave an answer that makes sense.
    case unanswered
  }

  /// How long what a name server said counts: as long as it says within these, else the usual.
  private static let spans: ClosedRange<Duration> = .seconds(30) ... .seconds(900)
  private static let usual = Duration.seconds(300)
  private static let unanswered = Duration.seconds(30)

  private var hosts: AnswerCache<Reason>

  init(capacity: Int = 8192) { hosts = AnswerCache(capacity: capacity) }

  mutating func contains(_ host: String, now: Instant) -> Bool {
    hosts.answer(to: host.asciiLowercased, at: now) != nil
  }

  mutating func remember(_ reason: Reason, of host: String, now: Instant) {
    let span =
      switch reason {
      case .told(let span): min(max(span ?? Self.usual, Self.spans.lowerBound), Self.spans.upperBound)
      case .unanswered: Self.unanswered
      }
    hosts.remember(reason, to: host.asciiLowercased, at: now, for: span)
  }
}
