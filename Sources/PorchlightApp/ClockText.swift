internal import Ports

/// Wall clock times as `HH:MM`.
enum ClockText {
  /// `utcOffset` says how far the clock to show is ahead of UTC at an instant.
  static func text(_ wall: WallTime, utcOffset: (WallTime) -> Duration) -> String {
    let minutes = floored(wall.milliseconds / 1_000 + utcOffset(wall).components.seconds, by: 60)
    let inDay = minutes - floored(minutes, by: 1_440) * 1_440
    return twoDigits(inDay / 60) + ":" + twoDigits(inDay % 60)
  }

  private static func floored(_ value: Int64, by unit: Int64) -> Int64 {
    value >= 0 ? value / unit : -((-value + unit - 1) / unit)
  }

  private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
