internal import Homeserver
internal import NIOCore
internal import Ports

/// Which connections there are, and which gives way where places run short, as a value that is told the time.
///
/// First goes the one that has waited longest without ever sending a whole request, then the one that has been idle
/// longest. A connection whose request is being answered is in use, a parked poll above all, and gives way to nobody;
/// nor does one that came or was answered a moment ago: its next request may be on its way.
struct Places<Connection: Sendable>: Sendable {
  enum Use: Sendable {
    /// No whole request came yet.
    case silent
    case idle
    case busy
  }

  typealias ID = ObjectIdentifier

  private struct Waiting: Sendable {
    let connection: Connection
    let since: NIODeadline
  }

  /// How long a connection that came or was answered is left alone.
  private let grace: TimeAmount
  private var silent = LinkedDictionary<ID, Waiting>()
  private var idle = LinkedDictionary<ID, Waiting>()
  private var busy: [ID: Connection] = [:]
  /// Those that were told to go and are not closed yet.
  private var leaving: Set<ID> = []

  init(grace: TimeAmount) { self.grace = grace }

  /// Connections that stay.
  var staying: Int { silent.count + idle.count + busy.count }

  /// Every connection that is open.
  var open: Int { staying + leaving.count }

  mutating func enter(_ connection: Connection, _ id: ID, now: NIODeadline) {
    silent.append(id, Waiting(connection: connection, since: now))
  }

  /// Says how a connection is used from now on. Nothing where it is not there, or was told to go.
  mutating func set(_ use: Use, _ id: ID, now: NIODeadline) {
    guard let connection = take(id, for: use) else { return }
    switch use {
    case .silent: silent.append(id, Waiting(connection: connection, since: now))
    case .idle: idle.append(id, Waiting(connection: connection, since: now))
    case .busy: busy[id] = connection
    }
  }

  /// A connection is closed.
  mutating func leave(_ id: ID) {
    if leaving.remove(id) == nil { _ = take(id, for: .idle) }
  }

  /// Takes a connection out; it is looked for first where most are that are used so next.
  private mutating func take(_ id: ID, for use: Use) -> Connection? {
    if use == .busy, let waiting = idle.remove(id) { return waiting.connection }
    return busy.removeValue(forKey: id) ?? silent.remove(id)?.connection ?? idle.remove(id)?.connection
  }

  /// The connection that gives way to another, which counts as gone: nil where all are in use.
  mutating func giveWay(now: NIODeadline) -> Connection? {
    for (id, waiting) in [silent.first, idle.first].compactMap({ $0 }) where waiting.since + grace <= now {
      leaving.insert(id)
      return take(id, for: .busy)
    }
    return nil
  }

  /// How many could give way now, counted up to a number.
  func spare(upTo most: Int, now: NIODeadline) -> Int {
    let isDue = { (waiting: Waiting) in waiting.since + grace <= now }
    let first = silent.prefix(most, while: isDue).count
    return first + idle.prefix(most - first, while: isDue).count
  }

  /// When the next may give way, if nothing changes.
  var nextDue: NIODeadline? {
    [silent.first, idle.first].compactMap { $0.map { $0.value.since + grace } }.min()
  }
}
