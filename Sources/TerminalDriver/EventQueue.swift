internal import Glibc
internal import Screen

/// A bounded stream of events that may lose the oldest keys when it is not read, but nothing else: not the last size, a
/// request to end, or the end.
struct EventQueue: Sendable {
  static let limit = 1_024

  let stream: AsyncStream<InputEvent>
  private let sink: AsyncStream<InputEvent>.Continuation

  init(limit: Int = Self.limit) {
    (stream, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(limit))
  }

  /// - Parameters:
  ///   - event: What happened.
  ///   - size: The screen's size now; it replaces one that was pushed out of the queue, lest an old size
  ///     arrive after a newer one.
  func send(_ event: InputEvent, size: Size) {
    var next = event
    // Each round pushes out one old event; a queue full of important ones must not go round for ever.
    for _ in 0..<Self.limit {
      guard case .dropped(let lost) = sink.yield(next) else { return }
      switch lost {
      case .key, .paste, .backgroundColor: return
      case .resized: next = .resized(size)
      case .resumed: next = .resumed(size)
      case .terminate, .endOfInput: next = lost
      }
    }
  }

  func finish() {
    sink.finish()
  }
}
