/// Who goes next where one piece of slow work is done at a time, as a value.
///
/// Those who wait are told apart by where they come from, and each source has its turn, however many wait of another.
/// Where there is no room the source with the most waiting gives up its last. Those who are known have room and locks
/// of their own, every second one where both wait: others from however many sources do not keep them out.
struct FairQueue<Source: Hashable & Sendable>: Sendable {
  typealias Ticket = UInt64

  enum Entrance: Hashable, Sendable {
    /// Nobody works: begin.
    case start
    /// Wait; where there is a ticket, its holder has to give up.
    case wait(Ticket, insteadOf: Ticket?)
    case refused
  }

  private struct Lane: Sendable {
    /// Sources with waiting work; the first is next.
    var locks: [Source] = []
    var waiting: [Source: [Ticket]] = [:]
    var count: Int { waiting.values.reduce(0) { $0 + $1.count } }

    mutating func add(_ ticket: Ticket, _ source: Source) {
      if waiting[source] == nil { locks.append(source) }
      waiting[source, default: []].append(ticket)
    }

    /// Takes the last of the source with the most, where it has at least two more than `source`.
    mutating func displace(for source: Source) -> Ticket? {
      let own = waiting[source]?.count ?? 0
      guard let longest = locks.max(by: { waiting[$0]?.count ?? 0 < waiting[$1]?.count ?? 0 }),
        (waiting[longest]?.count ?? 0) >= own + 2
      else { return nil }
      return waiting[longest]?.popLast()
    }

    mutating func next() -> Ticket? {
      guard !locks.isEmpty else { return nil }
      let source = locks.removeFirst()
      guard var tickets = waiting.removeValue(forKey: source), !tickets.isEmpty else { return next() }
      let ticket = tickets.removeFirst()
      if !tickets.isEmpty {
        waiting[source] = tickets
        locks.append(source)
      }
      return ticket
    }
  }

  private let capacity: Int
  private var known = Lane()
  private var unknown = Lane()
  private var wasKnown = false
  private var isWorking = false
  private var lastTicket: Ticket = 0

  /// - Parameter capacity: how many may wait, of those who are known and of the others each.
  init(capacity: Int) { self.capacity = capacity }

  mutating func enter(_ source: Source, isKnown: Bool) -> Entrance {
    guard isWorking else {
      isWorking = true
      return .start
    }
    var lane = isKnown ? known : unknown
    var displaced: Ticket?
    if lane.count >= capacity {
      displaced = lane.displace(for: source)
      guard displaced != nil else { return .refused }
    }
    lastTicket += 1
    lane.add(lastTicket, source)
    if isKnown { known = lane } else { unknown = lane }
    return .wait(lastTicket, insteadOf: displaced)
  }

  /// One piece of work is done.
  ///
  /// - Returns: who begins now; nil where nobody waits.
  mutating func leave() -> Ticket? {
    let prefersKnown = !wasKnown
    let ticket = prefersKnown ? known.next() : unknown.next()
    wasKnown = ticket == nil ? !prefersKnown : prefersKnown
    let next = ticket ?? (prefersKnown ? unknown.next() : known.next())
    isWorking = next != nil
    return next
  }
}
