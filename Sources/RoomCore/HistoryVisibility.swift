public import MatrixWire

/// Which events of a room a user may read (Matrix specification, client-server API, "Room history visibility").
public struct HistoryVisibility: Hashable, Sendable {
  /// Who may read what is said while a room's state says so.
  public enum Rule: String, Hashable, Sendable {
    /// Everybody.
    case worldReadable = "world_readable"
    /// Everybody who is in the room at any later time.
    case shared
    /// Who is invited or in the room by then.
    case invited
    /// Who is in the room by then.
    case joined

    /// `shared` where the state says nothing, or what nobody knows.
    init(_ event: PDU?) {
      self = event.flatMap { $0.fields["history_visibility"]?.text.flatMap(Rule.init) } ?? .shared
    }

    fileprivate func lets(_ membership: Membership, joinedLater: Bool) -> Bool {
      switch self {
      case .worldReadable: true
      case .shared: membership == .join || joinedLater
      case .invited: membership == .join || membership == .invite
      case .joined: membership == .join
      }
    }
  }

  /// What held from a position on.
  private struct Span: Hashable {
    let start: UInt64
    var rule: Rule
    var membership: Membership
  }

  private let spans: [Span]
  /// The last position at which the user was in the room: that of the event which ended it, or the highest number while
  /// they are in it. Nil where they never were.
  public let lastJoined: UInt64?

  /// - Parameters:
  ///   - events: the user's own `m.room.member` events and every `m.room.history_visibility`, oldest first. Those that
  ///     leave the membership what it was may be missing.
  ///   - user: who reads.
  public init(_ events: [PDU], for user: UserID) {
    var spans = [Span(start: 0, rule: .shared, membership: .leave)]
    var last = spans[0]
    var lastJoined: UInt64?
    for event in events {
      if event.type == RoomEventType.historyVisibility {
        last.rule = Rule(event)
      } else if event.type == RoomEventType.member,
        event.stateKey?.hasBytes(of: user.rawValue) ?? false
      {
        let membership = event.membership ?? .leave
        // Until they leave, whatever they see from then on.
        if membership == .join {
          lastJoined = .max
        } else if last.membership == .join {
          lastJoined = event.position
        }
        last.membership = membership
      } else {
        continue
      }
      last = Span(start: event.position, rule: last.rule, membership: last.membership)
      spans.append(last)
    }
    (self.spans, self.lastJoined) = (spans, lastJoined)
  }

  /// Whether everybody may read what is said now.
  public var isWorldReadable: Bool { spans.last?.rule == .worldReadable }

  /// What the user was to the room right after a position.
  public func membership(at position: UInt64) -> Membership { spans[place(of: position)].membership }

  /// Whether the user may read the event at a position. An event that changes the rule, or what the user is to the
  /// room, is read by whom either side lets.
  public func mayRead(_ position: UInt64) -> Bool {
    let joinedLater = lastJoined.map { $0 >= position } ?? false
    let place = place(of: position)
    let span = spans[place]
    if span.rule.lets(span.membership, joinedLater: joinedLater) { return true }
    guard span.start == position, place > 0 else { return false }
    let before = spans[place - 1]
    return before.rule.lets(before.membership, joinedLater: joinedLater)
      // Users see what they become, be it refused.
      || span.membership != before.membership
  }

  /// Whether the user may read how the room was right after a position: as the rule has it that holds from there on, and
  /// as it was when they left.
  public func mayReadState(after position: UInt64) -> Bool {
    let place = place(of: position)
    let span = spans[place]
    let isLeaving = span.start == position && place > 0 && spans[place - 1].membership == .join
    let joinedLater = lastJoined.map { $0 >= position } ?? false
    return isLeaving || span.rule.lets(span.membership, joinedLater: joinedLater)
  }

  /// Whether the user came in by the event at a position, and may not read how the room was before, apart from what they
  /// found there.
  public func beginsAnew(at position: UInt64) -> Bool {
    position > 0 && membership(at: position) == .join && membership(at: position - 1) != .join
      && !mayReadState(after: position - 1)
  }

  /// The place of the span that a position is in.
  private func place(of position: UInt64) -> Int {
    var (low, high) = (0, spans.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if spans[middle].start <= position { low = middle } else { high = middle }
    }
    return low
  }
}
