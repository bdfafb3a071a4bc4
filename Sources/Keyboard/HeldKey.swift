public import Ports
public import Screen

/// Tells presses of a key from the repeats of one that is held, by the gaps between them.
///
/// A keyboard repeats a held key after 200 to 660 ms for the first time and then 10 to 40 times a second; people
/// press one key up to eight times a second. So what follows within `repeatGap` is a repeat. A later one may be a
/// press, or the first repeat: which it was is known when that gap has passed without another.
public struct HeldKey: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    case press
    /// A press unless the same key comes again before that instant.
    case undecided(until: Instant)
    case isRepeat
  }

  /// Repeats follow each other within this, presses do not. The slowest usual repeat is that of the Linux console,
  /// every 92 ms.
  public static let repeatGap: Duration = .milliseconds(120)
  /// How long a key that repeats must be silent to have been let go, where a slow line delays some repeats.
  static let releaseGap: Duration = .milliseconds(300)
  /// Keyboards begin to repeat within this.
  static let firstRepeat: Duration = .seconds(1)

  private var last: Key?
  private var lastAt = Instant.origin
  private var isRepeating = false

  public init() {}

  /// Takes note of a key. To be called for every key, so that another one between two is seen.
  public mutating func press(_ key: Key, at now: Instant) -> Verdict {
    defer {
      last = key
      lastAt = now
    }
    let gap = now - lastAt
    guard last == key, gap < Self.firstRepeat else {
      isRepeating = false
      return .press
    }
    if gap < Self.repeatGap || (isRepeating && gap < Self.releaseGap) {
      isRepeating = true
      return .isRepeat
    }
    isRepeating = false
    return .undecided(until: now + Self.repeatGap)
  }
}
