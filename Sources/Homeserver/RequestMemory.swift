internal import Ports

/// What requests take up from their first bytes to their answer, bounded over all connections, as a value.
///
/// Each kind of sender, as far as the head of a request tells, has a share that the others cannot fill. Within a share
/// the request that has been coming longest gives way: who never finishes loses its room to those who do. What
/// has come whole stays until it is answered.
package struct RequestMemory<Reader: Sendable>: Sendable {
  package enum Share: Hashable, Sendable {
    case sessions
    /// Servers that claim to be ones with a relation.
    case servers
    case unknown
  }

  package struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  /// What asking for more comes to.
  package struct Growth: Sendable {
    /// Where it is not, the request that asked has to end as well: it holds nothing any more.
    package var isGranted: Bool
    /// The requests that end instead; they hold nothing any more.
    package var givingWay: [Reader] = []
  }

  private struct Entry: Sendable {
    let share: Share
    var bytes = 0
  }

  private struct Shelf: Sendable {
    let most: Int
    var used = 0
    /// Requests that are still coming, in the order in which they began.
    var coming = LinkedDictionary<Ticket, Reader>()
  }

  private var sessions: Shelf
  private var servers: Shelf
  private var unknown: Shelf
  private var entries: [Ticket: Entry] = [:]
  private var peak = 0
  private var lastTicket: UInt64 = 0

  /// - Parameter bytes: for all requests together; half of it is the servers'.
  package init(bytes: Int) {
    servers = Shelf(most: max(0, bytes / 2))
    sessions = Shelf(most: max(0, bytes / 4))
    unknown = Shelf(most: max(0, bytes / 4))
  }

  /// How much is taken up, in bytes.
  package var total: Int { sessions.used + servers.used + unknown.used }

  /// A request begins to take up memory.
  package mutating func open(_ share: Share, by reader: Reader) -> Ticket {
    lastTicket += 1
    let ticket = Ticket(number: lastTicket)
    entries[ticket] = Entry(share: share)
    self[share].coming.append(ticket, reader)
    return ticket
  }

  /// A request wants to take up so many bytes in all.
  package mutating func grow(_ ticket: Ticket, to bytes: Int) -> Growth {
    guard let entry = entries[ticket] else { return Growth(isGranted: false) }
    let more = max(0, bytes - entry.bytes)
    var growth = Growth(isGranted: true)
    while self[entry.share].most - self[entry.share].used < more {
      guard let oldest = self[entry.share].coming.first, oldest.key != ticket else {
        growth.isGranted = false
        close(ticket)
        return growth
      }
      close(oldest.key)
      growth.givingWay.append(oldest.value)
    }
    entries[ticket]?.bytes += more
    self[entry.share].used += more
    peak = max(peak, total)
    return growth
  }

  /// A request has come whole: it gives way to nobody any more.
  package mutating func complete(_ ticket: Ticket) {
    guard let entry = entries[ticket] else { return }
    self[entry.share].coming.remove(ticket)
  }

  /// A request was answered, or ended in another way.
  package mutating func close(_ ticket: Ticket) {
    guard let entry = entries.removeValue(forKey: ticket) else { return }
    self[entry.share].coming.remove(ticket)
    self[entry.share].used -= entry.bytes
  }

  /// Whether a request still has what it was granted, and did not give way.
  package func holds(_ ticket: Ticket) -> Bool { entries[ticket] != nil }

  /// Whether so much was let go of since the last time that it is worth giving back to the system: an eighth is left
  /// of a peak of at least so many bytes.
  package mutating func takeDrop(of bytes: Int) -> Bool {
    guard peak >= bytes, total <= peak / 8 else { return false }
    peak = total
    return true
  }

  private subscript(share: Share) -> Shelf {
    get {
      switch share {
      case .sessions: sessions
      case .servers: servers
      case .unknown: unknown
      }
    }
    _modify {
      switch share {
      case .sessions: yield &sessions
      case .servers: yield &servers
      case .unknown: yield &unknown
      }
    }
  }
}
