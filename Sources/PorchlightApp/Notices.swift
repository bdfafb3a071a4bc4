internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// The one line that is said to the user, what one key does about it, and when it goes away.
struct Notices: Hashable, Sendable {
  private(set) var current: Notice?
  /// When it goes away by itself; nil while it waits for the stream.
  private var until: Instant?
  /// Whom the user accepted just now and may ask back with one key.
  private(set) var offer: UserID?
  /// Until when a second Ctrl-C quits.
  private(set) var quitArmedUntil: Instant?

  /// When something of it ends by itself.
  var nextTick: Instant? { [until, quitArmedUntil].compactMap(\.self).min() }

  /// Says something, in place of what was said before.
  mutating func show(_ notice: Notice) {
    if notice != current { until = nil }
    current = notice
  }

  /// Offers to ask that user back with one key.
  mutating func show(_ notice: Notice, offering user: UserID) {
    show(notice)
    offer = user
  }

  /// What was offered before a command was written is still offered to that command, and ends with it.
  mutating func renew(offer user: UserID?) { offer = user }

  /// Says that the same key again quits.
  mutating func armQuit(until deadline: Instant, _ notice: Notice) {
    show(notice)
    quitArmedUntil = deadline
  }

  /// A key was pressed: what was said goes.
  ///
  /// - Returns: what there was before, for `end(_:)`.
  mutating func keyPressed() -> Notices {
    defer { (current, until) = (nil, nil) }
    return self
  }

  /// The key is dealt with: the offer and the armed quit that there were before it end, whatever it was, unless it made
  /// another.
  mutating func end(_ before: Notices) {
    if offer == before.offer { offer = nil }
    if quitArmedUntil == before.quitArmedUntil { quitArmedUntil = nil }
  }

  /// Ends what has run out.
  ///
  /// - Parameters:
  ///   - now: the present instant.
  ///   - isPending: whether a change is still waited for.
  mutating func reconcile(at now: Instant, isPending: (ContactChange) -> Bool) {
    if let deadline = quitArmedUntil, deadline <= now {
      quitArmedUntil = nil
      current = nil
    }
    // An offer that is not on the screen any more must not be accepted.
    defer { if current?.kind != .offer { offer = nil } }
    if let change = current?.change, !isPending(change) { current = nil }
    if let until, until <= now { current = nil }
    guard let current, current.change == nil else {
      until = nil
      return
    }
    if until == nil { until = now + (current.kind == .offer ? UITiming.offer : UITiming.notice) }
  }
}
