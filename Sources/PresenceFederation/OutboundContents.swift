internal import MatrixWire

/// The contents of a transaction, kept to be queued again where it is given up.
struct OutboundContents: Sendable {
  var messages: [ListEDU] = []
  var states: Set<UserID> = []
  var polls: Set<UserID> = []
  var unpolls: Set<UserID> = []
  var queries: Set<UserID> = []
  var refusals: Set<UserID> = []
  var isReminder = false
  var isAnswer = false
  var isGreeting = false
  /// Whether all its unpolls are of users that were pushed unasked: a peer that pushes them again is told again.
  var isDecline = false

  var isEmpty: Bool {
    messages.isEmpty && states.isEmpty && asksNothing && refusals.isEmpty && !isReminder && !isAnswer
      && !isGreeting
  }
  /// How often it is tried for a peer without a relation: an answer once, a one-shot query or the end of something a
  /// few times, a message, a poll or a greeting until it is heard.
  var mostAttempts: Int {
    if !messages.isEmpty { return messages.allSatisfy { $0.kind == .drop } ? Self.mostDrops : .max }
    if !polls.isEmpty || isGreeting { return .max }
    return (unpolls.isEmpty || isDecline) && queries.isEmpty ? 1 : 3
  }
  /// How many items it holds.
  var count: Int {
    messages.count + states.count + polls.count + unpolls.count + queries.count + refusals.count
  }

  mutating func add(_ more: OutboundContents) {
    messages += more.messages
    states.formUnion(more.states)
    polls.formUnion(more.polls)
    unpolls.formUnion(more.unpolls)
    queries.formUnion(more.queries)
    refusals.formUnion(more.refusals)
    isReminder = isReminder || more.isReminder
    isAnswer = isAnswer || more.isAnswer
    isGreeting = isGreeting || more.isGreeting
  }

  /// Keeps what fits into one transaction.
  ///
  /// - Returns: the rest.
  mutating func cut(messages most: Int, nameBytes: Int) -> OutboundContents {
    var rest = OutboundContents()
    rest.messages = Array(messages.dropFirst(most))
    messages = Array(messages.prefix(most))
    var left = nameBytes
    rest.polls = polls.takeOut(beyond: &left)
    rest.unpolls = unpolls.takeOut(beyond: &left)
    rest.queries = queries.takeOut(beyond: &left)
    rest.refusals = refusals.takeOut(beyond: &left)
    // A reminder polls all watched users; with only a part of them it would be none.
    if !rest.polls.isEmpty { isReminder = false }
    return rest
  }

  /// How often a drop is tried at a peer that was never heard from. Nothing is lost if it misses that an invite was
  /// taken back.
  private static let mostDrops = 10

  var asksNothing: Bool { polls.isEmpty && unpolls.isEmpty && queries.isEmpty }
}

extension Set<UserID> {
  /// Removes the names for which there is no room, in order; at least one stays.
  fileprivate mutating func takeOut(beyond bytes: inout Int) -> Set<UserID> {
    let needed = reduce(0) { $0 + $1.rawValue.utf8.count }
    guard needed > bytes || count > Transaction.mostNames else {
      bytes -= needed
      return []
    }
    var stay: Set<UserID> = []
    for user in sorted() where stay.isEmpty || stay.count < Transaction.mostNames {
      bytes -= user.rawValue.utf8.count
      guard bytes >= 0 || stay.isEmpty else { break }
      stay.insert(user)
    }
    let rest = subtracting(stay)
    self = stay
    return rest
  }
}
