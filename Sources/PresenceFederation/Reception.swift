public import MatrixWire
public import Ports
public import PresenceCore

/// A transaction while it is taken, a few of its messages at a time (`FederationEngine.begin`).
public struct Reception: Sendable {
  public let transaction: Transaction
  /// What it is answered with, once it is done.
  public internal(set) var answer = TransactionAnswer()
  public internal(set) var isDone = false

  /// What it was answered before; then nothing of it is done again.
  var given: TransactionAnswer?
  /// How many people may still be looked after in the present part.
  private(set) var room = 0
  /// What the messages about lists in the present part did, and who accepted by them.
  private(set) var effects: [PresenceEffect] = []
  private(set) var acceptedNow: Set<UserID> = []
  /// Messages about lists that have yet to be taken.
  private(set) var messages: ArraySlice<ListEDU> = []
  /// What they do, where that was decided before. A decision that is current no more is made anew.
  private var decisions: ArraySlice<ListDecision>
  /// Those that were made anew: what is stored of the first is not what was done.
  public private(set) var replaced: [(stored: ListDecision, done: ListDecision)] = []
  /// Whose acceptance came along: they are pushed unasked.
  private(set) var accepted: Set<UserID> = []
  /// The messages about presence behind the present one, and what is left of that.
  private var rest: ArraySlice<EDU>
  var message = PresenceEDU()
  private var isMessageLeft = false
  private(set) var beginsMessage = false
  /// Whether all it says was heard, and whether that ended with the part that was taken last; what it asks for follows.
  private(set) var hasHeardMessage = false
  private(set) var endsHearing = false
  /// Who is in the answer already.
  private(set) var said: Set<UserID> = []
  private(set) var refused: Set<UserID> = []

  /// - Throws: `M_TOO_LARGE` for more events, messages or states than one transaction may hold.
  init(_ transaction: Transaction, decisions: [ListDecision]) throws(MatrixError) {
    guard transaction.edus.count <= Transaction.mostEDUs, transaction.pdus.count <= Transaction.mostPDUs
    else {
      throw MatrixError(
        .tooLarge,
        "A transaction holds at most \(Transaction.mostEDUs) EDUs and \(Transaction.mostPDUs) events.")
    }
    for case .presence(let edu) in transaction.edus where edu.push.count > Transaction.mostStates {
      throw MatrixError(.tooLarge, "An m.presence EDU holds at most \(Transaction.mostStates) states.")
    }
    self.init(unchecked: transaction, decisions: decisions)
  }

  init(unchecked transaction: Transaction, decisions: [ListDecision] = []) {
    self.transaction = transaction
    self.decisions = decisions[...]
    rest = transaction.edus[...]
  }

  mutating func begin(_ answer: TransactionAnswer) {
    self.answer = answer
    for event in transaction.pdus { self.answer.pdus[event] = "Nobody here is in that room." }
    messages = transaction.listMessages[...]
  }

  /// Begins the next part: does what the messages about lists in it ask for, as it was decided if that still fits.
  /// `FederationEngine.receive` has to follow at once.
  ///
  /// - Parameters:
  ///   - most: how many people are looked after in this part at most; a message about a list counts for eight.
  ///   - rules: the presence rules.
  ///   - now: the time.
  /// - Returns: what follows for this server's own people. The engine hears of it by `receive`.
  public mutating func beginPart(
    of most: Int, on rules: inout PresenceRules, now: Moment
  ) -> [PresenceEffect] {
    (room, effects, acceptedNow) = (most, [], [])
    while room > 0, let message = messages.popFirst() {
      room -= 8
      effects += apply(message, decisions.popFirst(), to: &rules, now: now)
      if message.kind == .accept { acceptedNow.insert(message.observed) }
    }
    accepted.formUnion(acceptedNow)
    return effects
  }

  private mutating func apply(
    _ message: ListEDU, _ decision: ListDecision?, to rules: inout PresenceRules, now: Moment
  ) -> [PresenceEffect] {
    guard let decision else { return rules.receive(message, from: transaction.origin, now: now) }
    guard !rules.isCurrent(decision) else { return rules.apply(decision) }
    let later = rules.decide(message, from: transaction.origin, now: now)
    replaced.append((decision, later))
    return rules.apply(later)
  }

  /// Goes on to the next message about presence, where nothing is left of the present one.
  ///
  /// - Returns: whether there is one.
  mutating func next() -> Bool {
    beginsMessage = false
    while !isMessageLeft, let edu = rest.popFirst() {
      guard case .presence(let presence) = edu else { continue }
      message = presence
      (isMessageLeft, beginsMessage, hasHeardMessage) = (true, true, false)
    }
    return isMessageLeft
  }

  /// Takes as much of the present message as there is room for, in the order in which it is to be done: whom it does
  /// not want, what it says, whom it does not show; then whom it asks for.
  mutating func takePart() -> PresenceEDU {
    var part = message
    part.unpoll = message.unpoll.take(&room)
    part.push = message.push.take(&room)
    part.refused = message.refused.take(&room)
    let isHeard = message.unpoll.isEmpty && message.push.isEmpty && message.refused.isEmpty
    endsHearing = isHeard && !hasHeardMessage
    hasHeardMessage = isHeard
    part.poll = isHeard ? message.poll.take(&room) : []
    part.queries = isHeard ? message.queries.take(&room) : []
    isMessageLeft = !isHeard || !message.poll.isEmpty || !message.queries.isEmpty
    // Messages that name no user are work too.
    room -= 1
    return part
  }

  /// Several messages in one transaction may ask; one answer holds it all.
  mutating func add(_ more: PresenceEDU) {
    said.formUnion(more.push.lazy.map(\.userID))
    refused.formUnion(more.refused)
    guard answer.answer != nil else {
      answer.answer = more
      return
    }
    answer.answer?.push += more.push
    answer.answer?.refused += more.refused
  }
}

extension Transaction {
  /// Its messages about lists, in order.
  public var listMessages: [ListEDU] {
    edus.compactMap { if case .list(let message) = $0 { message } else { nil } }
  }
}

extension Array {
  /// Takes out the first ones, as many as there is room for.
  fileprivate mutating func take(_ room: inout Int) -> [Element] {
    guard count > Swift.max(0, room) else {
      defer { self = [] }
      room -= count
      return self
    }
    let taken = Array(prefix(Swift.max(0, room)))
    removeFirst(taken.count)
    room = 0
    return taken
  }
}
