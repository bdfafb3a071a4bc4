internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// The newest changes, newest first, told so that bursts and repeats stay readable.
struct Feed: Hashable, Sendable {
  /// A change of state; those that many people make together are told together.
  enum Movement: Hashable, Sendable {
    case came(DisplayState), back(DisplayState), left, wentIdle, lost
    /// Between two states of a contact who is present.
    case turned(DisplayState)
  }

  enum Event: Hashable, Sendable {
    case moved(UserID, name: String, Movement)
    /// Several people did the same within `Feed.span`.
    case together([Participant], Movement)
    case wrote(UserID, name: String, text: String?)
    case told(UserID, String)
  }

  /// Who did it, and under what name.
  struct Participant: Hashable, Sendable {
    let userID: UserID
    let name: String
  }

  struct Entry: Hashable, Sendable {
    /// When the first of it happened.
    let began: Instant
    let at: WallTime
    var event: Event
  }

  /// How far apart changes may be to be told together.
  static let span: Duration = .seconds(10)
  /// How many make a group.
  static let crowd = 3
  static let limit = 50

  private(set) var entries: [Entry] = []

  mutating func add(_ event: Event, at now: Moment) {
    forgetOvertaken(by: event, at: now)
    if case .moved(let user, let name, let movement) = event,
      gather(Participant(userID: user, name: name), movement, at: now)
    {
      return
    }
    // A repeat of what was said last of that person says nothing.
    if let last = entries.first(where: { $0.event.user == event.user }), last.event == event { return }
    insert(Entry(began: now.instant, at: now.wall, event: event))
  }

  /// Of a contact who changes back and forth, only the last change is told.
  private mutating func forgetOvertaken(by event: Event, at now: Moment) {
    entries.removeAll {
      now.instant - $0.began <= Self.span && $0.event.user == event.user && $0.event.isOvertaken(by: event)
    }
  }

  /// Joins the change with others of its kind.
  ///
  /// - Returns: False if there are too few of them.
  private mutating func gather(_ participant: Participant, _ movement: Movement, at now: Moment) -> Bool {
    guard let kind = movement.kind else { return false }
    let recent = entries.indices.filter {
      entries[$0].event.movement?.kind == kind && now.instant - entries[$0].began <= Self.span
    }
    var people: [Participant] = recent.reversed().flatMap { entries[$0].event.people }
    if !people.contains(where: { $0.userID == participant.userID }) { people.append(participant) }
    guard people.count >= Self.crowd, let oldest = recent.last else { return false }
    let began = entries[oldest].began
    for index in recent.reversed() { entries.remove(at: index) }
    insert(Entry(began: began, at: now.wall, event: .together(people, movement)))
    return true
  }

  private mutating func insert(_ entry: Entry) {
    entries.insert(entry, at: 0)
    if entries.count > Self.limit { entries.removeLast() }
  }
}

extension Feed.Event {
  fileprivate var user: UserID? {
    switch self {
    case .moved(let user, _, _), .wrote(let user, _, _), .told(let user, _): user
    case .together: nil
    }
  }

  fileprivate func isOvertaken(by other: Feed.Event) -> Bool {
    switch (self, other) {
    case (.moved, .moved), (.wrote, .wrote): true
    default: false
    }
  }

  /// Who made the movement.
  fileprivate var people: [Feed.Participant] {
    switch self {
    case .moved(let user, let name, _): [Feed.Participant(userID: user, name: name)]
    case .together(let people, _): people
    case .wrote, .told: []
    }
  }

  fileprivate var movement: Feed.Movement? {
    switch self {
    case .moved(_, _, let movement), .together(_, let movement): movement
    case .wrote, .told: nil
    }
  }

  /// The sentence, not safe for a screen yet.
  var text: String {
    switch self {
    case .moved(_, let name, let movement): "\(name) \(movement.predicate)"
    case .together(let people, let movement):
      people.prefix(2).map(\.name).joined(separator: ", ")
        + " and \(people.count - 2) more \(movement.kind?.plural ?? "")"
    case .wrote(_, let name, let text?): "\(name): \"\(text)\""
    case .wrote(_, let name, nil): "\(name) cleared their status"
    case .told(_, let text): text
    }
  }
}

extension Feed.Movement {
  /// What is told together.
  fileprivate enum Kind: Hashable {
    case came, back, left, wentIdle, lost

    var plural: String {
      switch self {
      case .came: "came online"
      case .back: "are back"
      case .left: "went offline"
      case .wentIdle: "went idle"
      case .lost: "are unknown now"
      }
    }
  }

  fileprivate var kind: Kind? {
    switch self {
    case .came: .came
    case .back: .back
    case .left: .left
    case .wentIdle: .wentIdle
    case .lost: .lost
    case .turned: nil
    }
  }

  fileprivate var predicate: String {
    switch self {
    case .came(.online): "came online"
    case .came(let displayState): "came online, \(displayState.word)"
    case .back(.online): "is back"
    case .back(let displayState): "is back, \(displayState.word)"
    case .left: "went offline"
    case .wentIdle: "went idle"
    case .lost: "is unknown now"
    case .turned(let displayState): "is \(displayState.word)"
    }
  }

  /// What a change of state is called; nil if it is none.
  init?(from old: DisplayState, to new: DisplayState) {
    guard old != new else { return nil }
    switch (old.group, new.group) {
    case (.here, .here): self = .turned(new)
    case (.idle, .here): self = .back(new)
    case (_, .here): self = .came(new)
    case (_, .idle): self = .wentIdle
    case (_, .offline): self = .left
    default: self = .lost
    }
  }
}
