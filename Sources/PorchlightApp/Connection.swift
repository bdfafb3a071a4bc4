internal import PorchlightSDK
internal import Ports

/// How the event stream is doing.
enum Connection: Hashable, Sendable {
  case connecting
  case live
  /// The session has ended.
  case over
  case interrupted(SDKError, retryAt: Instant)

  var isInterrupted: Bool {
    if case .interrupted = self { true } else { false }
  }

  /// Whether what was heard may not be so any more.
  var isLost: Bool { isInterrupted || self == .over }
}
