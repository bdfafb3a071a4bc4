internal import MatrixWire
internal import Ports

/// What a request means for the streams of other users than its own, until it was answered: a moment later, or when
/// they look, whichever is first.
///
/// All of it waits alike, also what is for nobody. Each person's events keep their order.
struct PostponedEvents: Sendable {
  enum Event: Sendable {
    /// The entry of an owner's list changed.
    case list(owner: UserID, ListEvent)
    /// The state of an invite has changed.
    case invite(InviteEvent)

    /// Whose streams tell it.
    var reader: UserID {
      switch self {
      case .list(let owner, _): owner
      case .invite(let event): event.observed
      }
    }
  }

  /// Long enough for an answer to be on its way, too short to be noticed by people.
  private static let headStart = Duration.milliseconds(20)

  private var events: [UserID: [Event]] = [:]
  /// Who has events, in the order in which they began to.
  private var readers: [UserID] = []
  /// When all that waits has to be told.
  private(set) var due: Instant?

  mutating func add(_ event: Event, at now: Instant) {
    if due == nil { due = now + Self.headStart }
    let reader = event.reader
    if events[reader] == nil { readers.append(reader) }
    events[reader, default: []].append(event)
  }

  /// What waits for one reader.
  mutating func take(for reader: UserID) -> [Event] {
    guard !events.isEmpty else { return [] }
    return events.removeValue(forKey: reader) ?? []
  }

  /// Some of what waits, if its time has come. The rest is due at once.
  mutating func takeDue(at now: Instant, most: Int) -> [Event] {
    guard let due, due <= now else { return [] }
    var taken: [Event] = []
    var done = 0
    for reader in readers {
      // Those who looked have taken theirs.
      let left = most - taken.count
      guard left > 0 else { break }
      let events = events.removeValue(forKey: reader) ?? []
      taken += events.prefix(left)
      guard events.count <= left else {
        self.events[reader] = Array(events.dropFirst(left))
        break
      }
      done += 1
    }
    readers.removeFirst(done)
    if readers.isEmpty { self = PostponedEvents() }
    return taken
  }
}
