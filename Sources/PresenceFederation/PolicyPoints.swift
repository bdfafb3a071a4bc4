package import MatrixWire

/// The decisions on which safety and repair hang, each in one place, so that tests can plant a wrong one and
/// demand that it is noticed. Nothing but tests ever sets them.
package struct PolicyPoints: Sendable {
  /// Whether a server may say this of a person.
  package var maySpeak: @Sendable (ServerName, UserID) -> Bool = { origin, user in user.server == origin }
  /// Whether a repeated transaction gets the answer it got before.
  package var remembersTransactions: @Sendable () -> Bool = { true }
  /// Whether a message says enough to put the long watchdog off.
  package var resetsLongTimer: @Sendable (PresenceEDU.Role?) -> Bool = { $0 != nil }
  /// Whether a user who is not watched any more is unsubscribed from.
  package var unpolls: @Sendable () -> Bool = { true }
  /// Whether a queued state is taken back where the peer may not have it any more.
  package var clearsQueue: @Sendable () -> Bool = { true }
  /// Whether a new epoch of a peer makes this server poll again.
  package var heedsEpoch: @Sendable () -> Bool = { true }
  /// Whether the short watchdog runs on after an answer.
  package var rearmsShortTimer: @Sendable () -> Bool = { true }
  /// Whether the second state is newer than the first.
  package var isNewer: @Sendable (_ held: Version, _ offered: Version) -> Bool = { $0 < $1 }
  /// Whether a message from a peer ends the back-off.
  package var inboundClearsBackoff: @Sendable () -> Bool = { true }
  /// Whether a peer is told of a user whom one of its users may, or may not, see.
  package var answersPoll: @Sendable (_ isAllowed: Bool) -> Bool = { $0 }
  /// Whether the interest of a user, who hides or does not, is sent at once.
  package var sendsInterest: @Sendable (_ isHidden: Bool) -> Bool = { !$0 }
  /// Whether a message that must arrive is stored before it is sent.
  package var storesUnsent: @Sendable (ListEDU) -> Bool = { _ in true }

  package init() {}
}

/// Which state of a user is newer: within a life of their server, and across them.
package struct Version: Hashable, Comparable, Sendable {
  package var epoch: Int64
  package var sequence: Int64

  package init(epoch: Int64, sequence: Int64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  package static func < (left: Version, right: Version) -> Bool {
    (left.epoch, left.sequence) < (right.epoch, right.sequence)
  }
}
