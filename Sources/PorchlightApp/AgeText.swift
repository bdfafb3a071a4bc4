internal import Ports

/// Ages in one word: `<1m`, `4m`, `2h`, `3d`.
public enum AgeText {
  public static func text(_ age: Duration) -> String {
    let seconds = max(0, age.components.seconds)
    return switch seconds {
    case ..<60: "<1m"
    case ..<3_600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3_600)h"
    default: "\(seconds / 86_400)d"
    }
  }

  /// How long after now the text becomes another one.
  static func nextChange(_ age: Duration) -> Duration {
    guard age >= .zero else { return .seconds(60) - age }
    let seconds = age.components.seconds
    let unit: Int64 = seconds < 3_600 ? 60 : seconds < 86_400 ? 3_600 : 86_400
    return .seconds((seconds / unit + 1) * unit) - age
  }
}

extension Person {
  /// The text of the column ACTIVE.
  ///
  /// `lastHeard` is when the server was heard last, where it is not heard any more: of the time after it nothing is
  /// known.
  func activityText(at now: Moment, lastHeard: Instant? = nil) -> String {
    switch activity {
    case .never: return "-"
    case .now: return lastHeard.map { AgeText.text(now.instant - $0) } ?? "now"
    case .since(let instant): return AgeText.text(now.instant - instant)
    case .asked(let wall):
      let age = Duration.milliseconds(now.wall.milliseconds - wall.milliseconds)
      return age < .seconds(60) ? "now" : AgeText.text(age) + " ago"
    }
  }

  /// When that text changes by itself.
  func nextActivityChange(after now: Moment, lastHeard: Instant? = nil) -> Instant? {
    switch activity {
    case .never: nil
    case .now: lastHeard.map { now.instant + AgeText.nextChange(now.instant - $0) }
    case .since(let instant): now.instant + AgeText.nextChange(now.instant - instant)
    case .asked(let wall):
      now.instant + AgeText.nextChange(.milliseconds(now.wall.milliseconds - wall.milliseconds))
    }
  }
}
