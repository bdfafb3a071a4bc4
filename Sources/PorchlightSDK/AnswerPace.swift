internal import MatrixWire
internal import Ports

/// How soon the next poll may follow an answer, so that no server makes this a busy loop (Protocol 9.7).
///
/// At most four answers a second, whatever is in them; where they bring something new, a few in a row pass at once.
struct AnswerPace: Hashable, Sendable {
  /// The least span between answers, on average.
  static let spacing: Duration = .milliseconds(250)
  /// How many answers with something new may come at once.
  private static let burst = 4
  /// The pause after an empty answer that came too soon.
  private static let rest: Duration = .seconds(1)

  /// When the next answer would be due if all had kept `spacing`.
  private var expected: Instant
  /// A hash of the last answer, ages left out.
  private var said: Int?
  /// How many answers in a row came too soon and told of the own user alone: two devices that disagree wake each other.
  private var echoes = 0
  private let owner: UserID

  init(of owner: UserID, now: Instant) { (self.owner, expected) = (owner, now) }

  /// - Parameters:
  ///   - answer: what came.
  ///   - began: when it was asked for.
  ///   - now: when it came.
  /// - Returns: the earliest instant of the next poll.
  mutating func next(after answer: SyncAnswer, askedAt began: Instant, now: Instant) -> Instant {
    expected = max(expected, now) + Self.spacing
    let due = max(now, expected - Self.spacing * (Self.burst - 1))
    if answer.presence.isEmpty { return now - began < Self.spacing ? now + Self.rest : due }
    echoes = now - began < Self.spacing && isEcho(answer) ? echoes + 1 : 0
    if echoes > Self.burst { return now + Self.rest }
    let says = answer.presence.map(\.withoutAges).hashValue
    defer { said = says }
    return says == said ? max(due, now + Self.spacing) : due
  }

  private func isEcho(_ answer: SyncAnswer) -> Bool {
    answer.rooms.isEmpty && Set(answer.states.keys) == [owner]
  }
}

extension StreamEvent {
  /// The same event without its ages.
  fileprivate var withoutAges: StreamEvent {
    guard case .presence(let user, var content) = self else { return self }
    (content.lastActiveAgo, content.idleAgo) = (nil, nil)
    return .presence(user, content)
  }
}
