internal import MatrixWire
internal import Ports
internal import PresenceCore

/// How often each invite without an answer was sent: it is repeated (Protocol 6.5).
struct InviteRepeats: Sendable {
  private struct Sent: Sendable {
    /// The name of the invite among all between these two.
    let id: Int64?
    let count: Int
    let arrivedAt: Instant
  }

  private var sent: [Relation: Sent] = [:]

  /// Notes that an invite arrived.
  ///
  /// - Returns: how long its answer is waited for before it is repeated.
  mutating func delivered(_ message: ListEDU, at now: Instant, _ timing: FederationTiming) -> Duration {
    let relation = message.relation
    // An invite that was taken back and made anew is another one, and its repetitions begin anew.
    let count = sent[relation].map { $0.id == message.inviteID ? $0.count : 0 } ?? 0
    sent[relation] = Sent(id: message.inviteID, count: count + 1, arrivedAt: now)
    let repeats = timing.inviteRepeats
    guard count < repeats.count else { return timing.inviteInterval }
    return repeats[count] - (count > 0 ? repeats[count - 1] : .zero)
  }

  /// When an invite may go again; nil where this one did not arrive yet.
  func earliestRepeat(of message: ListEDU, _ timing: FederationTiming) -> Instant? {
    guard let last = sent[message.relation], last.id == message.inviteID else { return nil }
    return last.arrivedAt + timing.leastInviteInterval
  }

  /// The invite was answered, or taken back.
  mutating func forget(_ relation: Relation) { sent[relation] = nil }
}
