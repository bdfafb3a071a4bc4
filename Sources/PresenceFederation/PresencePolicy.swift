/// How much a server spends on knowing that another one is still there (Protocol 6.6).
public enum PresencePolicy: String, CaseIterable, Hashable, Sendable {
  /// As the model was written: the one-minute watchdog runs with every subscription, answers are messages.
  case literal
  /// The watchdog runs while a user of the peer is shown as present; answers come in responses.
  case tight
  /// Like `tight`, and the watchdog doubles, up to four minutes, while the other server answers.
  case economical
}
