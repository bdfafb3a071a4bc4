public import PorchlightSDK
public import Ports

/// What a user was seen to do, as people read it: the same words in the roster and in the shell.
public enum TraceText {
  /// - Parameters:
  ///   - trace: what it was.
  ///   - now: what its age is counted from.
  /// - Returns: the words, such as `wrote 14m ago`.
  public static func of(_ trace: Trace, at now: Instant) -> String {
    if trace.isNow { return "typing now" }
    let age = now - trace.at.instant
    return "\(verb(trace.act)) \(age < .seconds(60) ? "just now" : AgeText.text(age) + " ago")"
  }

  private static func verb(_ act: Trace.Act) -> String {
    switch act {
    case .typed: "typed"
    case .read: "read"
    case .wrote: "wrote"
    case .changedProfile: "changed their profile"
    case .joined: "came into a room"
    }
  }
}
