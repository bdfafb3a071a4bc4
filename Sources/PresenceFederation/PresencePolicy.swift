/// How much a server spends on noticing that a peer is gone (Protocol 6.6).
public enum PresencePolicy: String, CaseIterable, Hashable, Sendable {
  /// As the design was written: the one-minute watchdog runs with every subscription, and answers are transactions of
  /// their own.
  case literal
  /// The watchdog runs while a user of the peer is shown as present; answers come in responses.
  case tight
  /// Like `tight`, and the watchdog doubles, up to four minutes, while the peer answers.
  case economical
}
