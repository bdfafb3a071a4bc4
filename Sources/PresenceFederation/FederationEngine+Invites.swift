internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Questions that nobody answered yet are put again (Protocol 6.5).
extension FederationEngine {
  mutating func delivered(
    _ message: ListEDU, to name: ServerName, _ now: Moment, _ step: inout Step
  ) {
    guard message.kind == .invite else {
      step.federation.append(.delivered(name, message))
      return
    }
    let question = Question(observer: message.observer, observed: message.observed)
    // Taken back and put anew, it is another one, and nobody has kept silent about it yet.
    let count = asked[question].map { $0.id == message.question ? $0.count : 0 } ?? 0
    asked[question] = Asked(id: message.question, count: count + 1)
    let repeats = timing.inviteRepeats
    let wait =
      count < repeats.count
      ? repeats[count] - (count > 0 ? repeats[count - 1] : .zero) : timing.inviteInterval
    deadlines.set(now.instant + wait, for: .invite(question))
  }

  /// Puts a question again that nobody answered; not one that was taken back.
  mutating func askAgain(
    _ question: Question, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let entry = rules.lists.entry(of: question.observer, for: question.observed),
      entry.state == .pending
    else {
      asked[question] = nil
      return
    }
    let invite = ListEDU(
      .invite, observer: question.observer, observed: question.observed,
      question: entry.invitedAt.milliseconds)
    send(invite, to: question.observed.server, now: now, &step)
  }
}
