/// The span after an invite was delivered in which no other between the same two is (`PresenceLimits.inviteRepeat`).
enum InvitePause: Hashable, Sendable {
  /// Nothing has to be delivered when it ends.
  case nothingWaits
  /// An invite was made meanwhile, and is delivered when it ends.
  case inviteWaits
}
