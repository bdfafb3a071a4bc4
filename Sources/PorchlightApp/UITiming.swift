internal import Ports

/// The constants of the screen's behaviour.
enum UITiming {
  /// How long after a key, and how long after a change.
  static let afterKey: Duration = .seconds(3)
  static let highlight: Duration = .seconds(3)
  /// How long a notice stays without a key.
  static let notice: Duration = .seconds(5)
  static let quitAgain: Duration = .seconds(2)
  static let longestCountdown: Duration = .seconds(60)
  /// How long the offer to ask back stays without a key.
  static let offer: Duration = .seconds(30)
  /// How long after the start a terminal may say what its background is.
  static let background: Duration = .seconds(1)
}
