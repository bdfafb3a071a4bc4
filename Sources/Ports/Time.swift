/// A point on a clock that only ever moves forward, for every deadline and every span.
///
/// The origin is the implementation's; only differences mean something. Nanoseconds, signed, so that moments
/// before the origin (a person last seen before this process started) have a place too.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since the clock's origin.
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static let origin = Instant(nanoseconds: 0)

  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Saturates at the ends of the clock instead of overflowing.
  public static func + (instant: Instant, span: Duration) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.saturatingNanoseconds)
    return Instant(nanoseconds: overflow ? (span < .zero ? .min : .max) : sum)
  }

  public static func - (instant: Instant, span: Duration) -> Instant { instant + (.zero - span) }

  /// The span from `right` to `left`; negative where `left` is earlier.
  public static func - (left: Instant, right: Instant) -> Duration {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return .nanoseconds(overflow ? (left < right ? .min : .max) : difference)
  }
}

/// Milliseconds since 1970: for the wire and the store, never for deadlines.
public struct WallTime: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
}

/// What a rule is told of time: both readings, taken together.
public struct Moment: Hashable, Sendable {
  public var instant: Instant
  public var wall: WallTime

  public init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}

extension Duration {
  var saturatingNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }
}
