internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// Something to be done about a message. The runtime is the only place that does it.
enum Intent: Hashable, Sendable {
  case publish(StatusUpdate)
  /// Since when the keyboard is idle; nil for "the user is there".
  case reportIdle(since: Instant?)
  case change(ContactChange)
  /// Set the own display name.
  case rename(String)
  /// Try to reach the server at once.
  case reconnect
  /// Ask what the server speaks, and in which rooms its users see each other.
  case askVersions
  /// Stop the process, as Ctrl-Z does.
  case suspend
  /// Have the device paint everything it knows once more.
  case redraw
  /// Forget what was presented: the screen is another one now.
  case repaint
  case quit(ExitReason)
}
