internal import Ports
internal import PresenceCore

/// The streams of polls that were answered a moment ago. Their clients ask again at once, and then the stream goes on;
/// of those that do not, it ended when they were answered.
///
/// First in, first out: each is kept for the same time.
struct AnsweredStreams: Sendable {
  private struct Entry: Sendable {
    let poll: Poll
    let answeredAt: Instant
  }

  /// How long the next poll may take. A stream that ended is remembered for longer (`PresenceLimits.grace`).
  private static let span = Duration.seconds(1)

  private var entries: [Entry] = []
  /// Those before it were taken out.
  private var first = 0

  mutating func add(_ poll: Poll, at now: Instant) { entries.append(Entry(poll: poll, answeredAt: now)) }

  /// When the next one lapses, if its client does not ask again.
  var due: Instant? { entries.indices.contains(first) ? entries[first].answeredAt + Self.span : nil }

  /// Takes out streams whose clients did not ask again, with the time at which they ended. The rest is due at once.
  mutating func takeLapsed(at now: Instant, most: Int) -> [(poll: Poll, stream: StreamID, endedAt: Instant)] {
    var lapsed: [(poll: Poll, stream: StreamID, endedAt: Instant)] = []
    while let due, due <= now, lapsed.count < most {
      let entry = entries[first]
      first += 1
      if let stream = entry.poll.takeStream() { lapsed.append((entry.poll, stream, entry.answeredAt)) }
    }
    giveBack()
    return lapsed
  }

  /// Takes out the streams of a device that no poll went on with yet.
  mutating func take(of device: Device) -> [(poll: Poll, stream: StreamID, endedAt: Instant)] {
    entries[first...].filter { $0.poll.device == device }.compactMap { entry in
      entry.poll.takeStream().map { (entry.poll, $0, entry.answeredAt) }
    }
  }

  private mutating func giveBack() {
    // In place while there is room to save: moving the rest costs what it holds.
    if 2 * first >= entries.count {
      entries.removeFirst(first)
      first = 0
    }
  }
}
