internal import MatrixWire
internal import Ports

/// What others see of a person, without its ages.
struct Sight: Hashable, Sendable {
  var state: PresenceState
  var statusMessage: String?
  var isActive: Bool

  init(_ content: PresenceContent) {
    state = content.state == .hidden ? .offline : content.state
    statusMessage = content.statusMessage
    isActive = content.currentlyActive ?? false
  }

  var isPresent: Bool { state.level > 0 }
}

extension Sight: CustomStringConvertible {
  var description: String {
    "\(state)\(isActive ? ", active" : "")\(statusMessage.map { " (\($0))" } ?? "")"
  }
}

/// What was true of a person, and from when on.
struct TruthTimeline {
  private(set) var entries: [(from: Instant, sight: Sight)] = []

  var latest: Sight? { entries.last?.sight }

  mutating func append(_ sight: Sight, at instant: Instant) -> Bool {
    guard sight != latest else { return false }
    entries.append((instant, sight))
    return true
  }

  /// For how long this has not been true any more; nil where it never was.
  func lag(of sight: Sight, at now: Instant) -> Duration? {
    guard let index = entries.lastIndex(where: { $0.sight == sight }) else { return nil }
    return index == entries.count - 1 ? .zero : now - entries[index + 1].from
  }

  /// The first time it was true, no earlier than a place in the timeline.
  func place(of sight: Sight, from index: Int) -> Int? {
    guard index < entries.count else { return nil }
    return entries[index...].firstIndex { $0.sight == sight }
  }

  func lastPlace(of sight: Sight) -> Int? { entries.lastIndex { $0.sight == sight } }
}
