internal import MatrixWire
internal import Ports

/// A server's two clocks: one that only goes on, and one that people set.
struct ServerClock: Sendable {
  /// Where every wall clock stands when the world begins: 21 November 2026.
  static let beginning: Int64 = 1_795_219_200_000

  /// How far the wall clock is from the true time.
  var offset: Duration = .zero

  func now(at instant: Instant) -> Moment {
    let wall = Self.beginning + Int64((instant - .origin + offset).wholeMilliseconds)
    return Moment(instant: instant, wall: WallTime(milliseconds: wall))
  }
}

extension Instant {
  /// Seconds since the world began, for people.
  var text: String { "\(Double(nanoseconds / 1_000_000) / 1000) s" }
}
