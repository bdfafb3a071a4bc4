internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What goes into a transaction, and into an answer.
extension FederationEngine {
  /// The most states in a transaction or answer. A state may take 6 kB, and a body of a megabyte is refused.
  static let mostStates = 2 * Transaction.mostStates
  /// The most bytes of names in a transaction.
  static let mostNameBytes = 256 * 1024

  /// Takes the next transaction's contents out of the queue of a peer; nil where nothing is left to send.
  mutating func compose(
    for name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> (PeerState.Contents, [EDU])? {
    guard let peer = peers[name] else { return nil }
    var contents = peer.queue
    let isWhole = contents.isReminder
    contents.states.formUnion(isWhole ? peer.watchedByThem : peer.changed.intersection(peer.watchedByThem))
    if isWhole { contents.polls = Set(peer.watchedByUs.keys) }

    // Visibility is checked now, not when the change was queued.
    var pushes = contents.states.sorted().compactMap { push(of: $0, to: name, rules, now) }
    let most = max(1, Self.mostStates / peer.parts)
    let later = pushes.dropFirst(most).map(\.userID)
    pushes = Array(pushes.prefix(most))
    contents.states = Set(pushes.map(\.userID))
    let rest = contents.cut(
      messages: max(1, Transaction.mostEDUs / 2 / peer.parts), nameBytes: Self.mostNameBytes / peer.parts)

    peers[name]?.queue = rest
    peers[name]?.changed = Set(later)
    if !later.isEmpty || !rest.isEmpty { flush(name, at: now.instant) }
    guard !contents.isEmpty else { return nil }
    for user in contents.polls { peers[name]?.update(user) { $0.isPolled = true } }
    return (contents, contents.messages.map(EDU.list) + presence(contents, pushes, peer))
  }

  private func push(
    of user: UserID, to name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> PresenceEDU.Push? {
    guard isShown(user, to: name, rules), let content = rules.publicPresence(of: user, now: now) else {
      return nil
    }
    return PresenceEDU.Push(userID: user, content: content, sequence: versions[user] ?? 0)
  }

  private func presence(
    _ contents: PeerState.Contents, _ pushes: [PresenceEDU.Push], _ peer: PeerState
  ) -> [EDU] {
    guard
      !pushes.isEmpty || !contents.asksNothing || !contents.refusals.isEmpty || contents.isReminder
        || contents.isAnswer || contents.isGreeting
    else { return [] }
    var first = PresenceEDU()
    first.epoch = peer.ourEpoch
    first.promise = timing.promise.wholeMilliseconds
    first.poll = contents.polls.sorted()
    first.unpoll = contents.unpolls.sorted()
    first.once = contents.onces.sorted()
    first.refused = contents.refusals.sorted()
    first.role = contents.isReminder ? .reminder : contents.isAnswer ? .answer : nil
    first.wantsInlineAnswer =
      policy != .literal && (contents.isReminder || !first.poll.isEmpty || !first.once.isEmpty)
    var edus: [PresenceEDU] = []
    var rest = pushes[...]
    repeat {
      var edu = edus.isEmpty ? first : PresenceEDU()
      edu.epoch = peer.ourEpoch
      edu.push = Array(rest.prefix(Transaction.mostStates))
      rest = rest.dropFirst(Transaction.mostStates)
      edus.append(edu)
    } while !rest.isEmpty
    return edus.map(EDU.presence)
  }

  /// What an answer says of the users that were asked for: their states, and who is not shown. What is `given` in it
  /// already, for other messages of the same transaction, is not repeated, and counts against the limit.
  mutating func answer(
    to asked: [UserID], of name: ServerName, beside given: Reception, _ rules: PresenceRules, _ now: Moment
  ) -> PresenceEDU {
    var edu = PresenceEDU()
    edu.epoch = peers[name]?.ourEpoch ?? epoch
    edu.promise = timing.promise.wholeMilliseconds
    edu.role = .answer
    let (said, refused) = (given.said.count, given.refused)
    for user in asked where !given.said.contains(user) {
      guard isShown(user, to: name, rules) else {
        if !refused.contains(user) { edu.refused.append(user) }
        continue
      }
      if said + edu.push.count < Self.mostStates, let push = push(of: user, to: name, rules, now) {
        edu.push.append(push)
      } else {
        // The rest follows.
        peers[name]?.queue.states.insert(user)
        flush(name, at: now.instant)
      }
    }
    return edu
  }
}
