public import MatrixWire
public import OrderedCollections
public import Ports

/// All contacts and all pending invites, fed by the event stream.
///
/// A value: `apply` takes an answer and says what changed. Built from deltas or from a complete answer, it
/// comes out the same.
public struct Roster: Hashable, Sendable {
  /// In the order they came onto the list.
  public private(set) var contacts: OrderedDictionary<UserID, Contact> = [:]
  /// In the order they arrived.
  public private(set) var invites: OrderedDictionary<UserID, Invite> = [:]
  public private(set) var own: OwnPresence

  public init(userID: UserID) { own = OwnPresence(userID: userID) }

  /// All contacts, in the order they came onto the list.
  public var watched: [Contact] { Array(contacts.values) }

  /// All pending invites, in the order they arrived.
  public var asking: [Invite] { Array(invites.values) }

  /// A contact; nil for users who are not on the list.
  public func contact(_ user: UserID) -> Contact? { contacts[user] }

  /// The pending invite of a user, if there is one.
  public func invite(from user: UserID) -> Invite? { invites[user] }

  /// Takes an answer of the event stream: its events, as below.
  public mutating func apply(
    _ answer: SyncAnswer, isComplete: Bool, at now: Instant
  ) -> [RosterChange] {
    apply(answer.presence, isComplete: isComplete, at: now)
  }

  /// Takes what a source says.
  ///
  /// - Parameters:
  ///   - events: what it says, whole.
  ///   - isComplete: whether that replaces everything known before.
  ///   - now: when it arrived, which ages are counted back from.
  /// - Returns: what changed, in order; nothing twice, and nothing for what was known already.
  public mutating func apply(
    _ events: [StreamEvent], isComplete: Bool, at now: Instant
  ) -> [RosterChange] {
    guard isComplete else { return events.flatMap { apply($0, at: now) } }
    let before = self
    contacts = [:]
    invites = [:]
    // What the complete answer does not say has been cleared.
    own.displayName = nil
    for event in events { _ = apply(event, at: now) }
    return changes(since: before)
  }

  private mutating func apply(_ event: StreamEvent, at now: Instant) -> [RosterChange] {
    switch event {
    case .presence(let user, let content): apply(content, of: user, at: now)
    case .invite(let event): apply(event)
    case .list(let event): apply(event)
    case .unrecognized: []
    }
  }

  private mutating func apply(
    _ content: PresenceContent, of user: UserID, at now: Instant
  ) -> [RosterChange] {
    if user == own.userID {
      let before = own
      own.apply(content)
      return before == own ? [] : [.own(from: before, to: own)]
    }
    guard let before = contacts[user] else { return [] }
    var after = before
    after.apply(content, receivedAt: now)
    contacts[user] = after
    return after.differs(from: before) ? [.changed(from: before, to: after)] : []
  }

  private mutating func apply(_ event: ListEvent) -> [RosterChange] {
    let user = event.userID
    guard event.state == .pending || event.state == .accepted else {
      guard let gone = contacts.removeValue(forKey: user) else { return [] }
      return [.removed(gone, event.state)]
    }
    guard let before = contacts[user] else {
      let contact = Contact(userID: user, relation: event.state)
      contacts[user] = contact
      return [.added(contact)]
    }
    guard before.relation != event.state else { return [] }
    contacts[user]?.relation = event.state
    return contacts[user].map { [.changed(from: before, to: $0)] } ?? []
  }

  private mutating func apply(_ event: InviteEvent) -> [RosterChange] {
    guard event.observed == own.userID else { return [] }
    guard event.state == .pending else {
      guard let gone = invites.removeValue(forKey: event.observer) else { return [] }
      return [.inviteGone(gone, event.state)]
    }
    let invite = Invite(
      observer: event.observer, receivedAt: WallTime(milliseconds: event.receivedAt),
      displayName: DisplayName.shown(event.displayName))
    guard invites.updateValue(invite, forKey: event.observer) == nil else { return [] }
    return [.invited(invite)]
  }

  /// What a complete answer changed against what was known.
  private func changes(since before: Roster) -> [RosterChange] {
    var changes: [RosterChange] = []
    if before.own != own { changes.append(.own(from: before.own, to: own)) }
    for (user, old) in before.contacts where contacts[user] == nil {
      changes.append(.removed(old, .dropped))
    }
    for (user, contact) in contacts {
      if let old = before.contacts[user] {
        if contact.differs(from: old) { changes.append(.changed(from: old, to: contact)) }
      } else {
        changes.append(.added(contact))
      }
    }
    for (user, old) in before.invites where invites[user] == nil {
      changes.append(.inviteGone(old, .withdrawn))
    }
    for (user, invite) in invites where before.invites[user] == nil { changes.append(.invited(invite)) }
    return changes
  }
}
