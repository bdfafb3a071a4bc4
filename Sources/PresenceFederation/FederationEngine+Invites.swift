internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Invites without an answer are repeated (Protocol 6.5).
extension FederationEngine {
  mutating func delivered(
    _ message: ListEDU, to name: ServerName, _ now: Moment, _ step: inout Step
  ) {
    guard message.kind == .invite else {
      step.federation.append(.delivered(name, message))
      return
    }
    let question = Question(observer: message.observer, observed: message.observed)
    // An invite that was taken back and made anew is another one, and its repetitions begin anew.
    let count = asked[question].map { $0.id == message.question ? $0.count : 0 } ?? 0
    asked[question] = Asked(id: message.question, count: count + 1)
    let repeats = timing.inviteRepeats
    let wait =
      count < repeats.count
      ? repeats[count] - (count > 0 ? repeats[count - 1] : .zero) : timing.inviteInterval
    deadlines.set(now.instant + wait, for: .invite(question))
  }

  /// Repeats an invite that has no answer, unless it was taken back.
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
