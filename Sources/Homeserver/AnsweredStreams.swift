internal import Ports
internal import PresenceCore

/// The streams of polls that were answered a moment ago. Their clients ask again at once, and then the stream goes on;
/// of those that do not, it ended when they were answered.
///
/// First in, first out: each is kept for the same time.
struct AnsweredStreams: Sendable {
  /// A stream that no poll went on with.
  struct Lapsed: Sendable {
    let device: Device
    let stream: StreamID
    let endedAt: Instant
  }

  private struct Entry: Sendable {
    let poll: Poll
    let answeredAt: Instant
  }

  /// How long the next poll may take. A stream that ended is remembered for longer (`PresenceLimits.grace`).
  private static let span = Duration.seconds(1)
  /// How many entries are looked at for each stream that may be taken out: most are of polls that went on.
  private static let lookedAt = 16
  private static let mostKept = 512

  private var entries: [Entry] = []
  /// Those before it were taken out.
  private var first = 0

  mutating func add(_ poll: Poll, at now: Instant) { entries.append(Entry(poll: poll, answeredAt: now)) }

  /// When the next one may lapse.
  var due: Instant? { entries.indices.contains(first) ? entries[first].answeredAt + Self.span : nil }

  /// Takes out streams whose clients did not ask again, and all before the next of them. The rest is due at once.
  mutating func takeLapsed(at now: Instant, most: Int) -> [Lapsed] {
    var lapsed: [Lapsed] = []
    let end = min(first + most * Self.lookedAt, entries.count)
    while first < end {
      let entry = entries[first]
      if entry.poll.hasStream {
        guard entry.answeredAt + Self.span <= now, lapsed.count < most else { break }
        if let stream = entry.poll.takeStream() {
          lapsed.append(Lapsed(device: entry.poll.device, stream: stream, endedAt: entry.answeredAt))
        }
      }
      first += 1
    }
    giveBack()
    return lapsed
  }

  private mutating func giveBack() {
    if first == entries.count, entries.capacity > Self.mostKept {
      (entries, first) = ([], 0)
    } else if 2 * first >= entries.count {
      // In place while there is room to save: moving the rest costs what it holds.
      entries.removeFirst(first)
      first = 0
    }
  }
}
