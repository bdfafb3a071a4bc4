public import PorchlightSDK

/// Why the roster ended.
public enum ExitReason: Hashable, Sendable {
  /// The user asked for it.
  case quit
  /// A signal asked for it.
  case signal(Int32)
  /// The terminal is gone.
  case endOfInput
  /// The server does not know the session any more.
  case loggedOut(SDKError)
  /// The calling task was cancelled.
  case cancelled
}
