/// How long to wait before trying again: at once, then 1, 2, 4 … 60 s, each stretched or shrunk by up to a
/// fifth so that many clients of one server do not come back together.
public struct Backoff: Hashable, Sendable {
  private var failures = 0

  public init() {}

  /// Failures since the last success.
  public var attempts: Int { failures }

  /// Counts a failure and says how long to wait.
  public mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
    failures += 1
    guard failures > 1 else { return .zero }
    let seconds = Double(min(60, 1 << min(6, failures - 2)))
    return .milliseconds(Int64(seconds * 1000 * Double.random(in: 0.8...1.2, using: &random)))
  }

  /// It worked: the next failure is the first again.
  public mutating func reset() { failures = 0 }
}
