public import MatrixWire
public import OrderedCollections
public import Ports

/// All contacts, all pending invites and everybody around, fed by the event stream.
///
/// A value: `apply` takes an answer and says what changed. Built from deltas or from a complete answer, it
/// comes out the same.
public struct Roster: Hashable, Sendable {
  /// In the order they came onto the list.
  public private(set) var contacts: OrderedDictionary<UserID, Contact> = [:]
  /// In the order they arrived.
  public private(set) var invites: OrderedDictionary<UserID, Invite> = [:]
  /// Those who are in a room with the user and not on the list; their relation is nil.
  public private(set) var around: [UserID: Contact] = [:]
  /// The rooms the user is in.
  public private(set) var rooms: JoinedRooms
  public private(set) var own: OwnPresence

  public init(userID: UserID) {
    own = OwnPresence(userID: userID)
    rooms = JoinedRooms(of: userID)
  }

  /// All contacts, in the order they came onto the list.
  public var watched: [Contact] { Array(contacts.values) }

  /// All pending invites, in the order they arrived.
  public var asking: [Invite] { Array(invites.values) }

  /// A contact; nil for users who are not on the list.
  public func contact(_ user: UserID) -> Contact? { contacts[user] }

  /// A contact, or a user who is in a room with this one.
  public func known(_ user: UserID) -> Contact? { contacts[user] ?? around[user] }

  /// The pending invite of a user, if there is one.
  public func invite(from user: UserID) -> Invite? { invites[user] }

  /// Takes an answer of the event stream.
  ///
  /// - Parameters:
  ///   - answer: what it says, whole.
  ///   - isComplete: whether that replaces everything known before, as `SyncStep` says.
  ///   - now: when it arrived, which ages are counted back from.
  /// - Returns: what changed, in order; nothing twice, and nothing for what was known already.
  public mutating func apply(
    _ answer: SyncAnswer, isComplete: Bool, at now: Instant
  ) -> [RosterChange] {
    apply(RosterUpdate(answer, isComplete: isComplete), at: now)
  }

  /// Takes what a source says.
  ///
  /// - Parameters:
  ///   - update: what it says, whole.
  ///   - now: when it arrived, which ages are counted back from.
  /// - Returns: what changed, in order; nothing twice, and nothing for what was known already.
  public mutating func apply(_ update: RosterUpdate, at now: Instant) -> [RosterChange] {
    // Rooms come first: they say whose presence is news.
    guard update.isComplete else {
      let users = rooms.apply(update.rooms, isComplete: update.hasAllRooms)
      return apply(update.events, after: follow(users), at: now) + take(update.traces)
    }
    let before = self
    (contacts, invites, around) = ([:], [:], [:])
    // What the complete answer does not say has been cleared.
    own.displayName = nil
    rooms.apply(update.rooms, isComplete: update.hasAllRooms)
    _ = follow(Set(rooms.roomMates))
    for event in update.events { _ = apply(event, at: now) }
    // What was seen of a user stays so, whatever else is told anew.
    _ = take(before.traces)
    _ = take(update.traces)
    return changes(since: before)
  }

  /// Takes events that came with news of rooms. What both say of a user who is around is one change to that user.
  private mutating func apply(
    _ events: [StreamEvent], after news: [RosterChange], at now: Instant
  ) -> [RosterChange] {
    var changes = news
    var places: [UserID: Int] = [:]
    for (place, change) in news.enumerated() {
      if let user = change.neighbor { places[user] = place }
    }
    for change in events.flatMap({ apply($0, at: now) }) {
      if case .changed(_, let new) = change, let place = places[new.userID] {
        if new.relation == nil {
          changes[place] = changes[place].ending(in: new)
          continue
        }
        // Who comes onto the list meanwhile is not around any more: that is a change of its own.
        places[new.userID] = nil
      }
      changes.append(change)
    }
    return changes.filter(\.isDifference)
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
    guard let before = known(user) else { return [] }
    var after = before
    after.apply(content, receivedAt: now)
    set(after)
    return after.differs(from: before) ? [.changed(from: before, to: after)] : []
  }

  fileprivate mutating func set(_ contact: Contact) {
    if contact.relation == nil {
      around[contact.userID] = contact
    } else {
      contacts[contact.userID] = contact
    }
  }

  private mutating func apply(_ event: ListEvent) -> [RosterChange] {
    let user = event.userID
    guard event.state == .pending || event.state == .accepted else {
      guard let gone = contacts.removeValue(forKey: user) else { return [] }
      return [.removed(gone, event.state)] + keepAround(gone)
    }
    guard let before = contacts[user] else {
      let before = around.removeValue(forKey: user)
      var contact = before ?? Contact(userID: user, relation: nil)
      contact.relation = event.state
      if contact.unknownReason == .notShared { contact.unknownReason = nil }
      contacts[user] = contact
      return before.map { [.changed(from: $0, to: contact)] } ?? [.added(contact)]
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
    func compare(_ contact: Contact, _ old: Contact?) {
      guard let old else { return changes.append(.added(contact)) }
      if contact.differs(from: old) { changes.append(.changed(from: old, to: contact)) }
    }
    if before.own != own { changes.append(.own(from: before.own, to: own)) }
    for (user, old) in before.contacts where contacts[user] == nil {
      changes.append(.removed(old, .dropped))
    }
    for (user, contact) in contacts { compare(contact, before.known(user)) }
    for old in before.around.values.sorted(by: { $0.userID < $1.userID }) where known(old.userID) == nil {
      changes.append(.left(old))
    }
    for contact in around.values.sorted(by: { $0.userID < $1.userID }) {
      compare(contact, before.around[contact.userID])
    }
    for (user, old) in before.invites where invites[user] == nil {
      changes.append(.inviteGone(old, .withdrawn))
    }
    for (user, invite) in invites where before.invites[user] == nil { changes.append(.invited(invite)) }
    return changes
  }
}

// MARK: Traces

extension Roster {
  private var traces: [UserID: Trace] {
    (Array(contacts.values) + Array(around.values)).reduce(into: [:]) { $0[$1.userID] = $1.trace }
  }

  private mutating func take(_ traces: [UserID: Trace]) -> [RosterChange] {
    traces.keys.sorted().compactMap { user in
      guard let before = known(user), before.trace != traces[user] else { return nil }
      var after = before
      after.trace = traces[user]
      set(after)
      return .changed(from: before, to: after)
    }
  }
}

// MARK: Rooms

extension Roster {
  /// Takes what the server says about presence in rooms.
  ///
  /// - Returns: what changed, in order.
  public mutating func follow(_ rule: PresenceSharingRule) -> [RosterChange] { follow(rooms.follow(rule)) }

  /// Takes note of what rooms say now of these users.
  private mutating func follow(_ users: Set<UserID>) -> [RosterChange] {
    users.sorted().compactMap { follow($0) }
  }

  private mutating func follow(_ user: UserID) -> RosterChange? {
    let before = known(user)
    let isListed = before?.relation != nil
    guard isListed || rooms.isRoomMate(user) else {
      return around.removeValue(forKey: user).map { .left($0) }
    }
    var after = before ?? Contact(userID: user, relation: nil)
    after.roomName = rooms.name(of: user)
    if rooms.sharesPresence(with: user) {
      if after.unknownReason == .notShared { after.unknownReason = nil }
    } else if !isListed {
      after.forget(.notShared)
    } else if after.relation == .pending, after.state != .unknown {
      after.forget(.pending)
    }
    set(after)
    guard let before else { return .added(after) }
    return after.differs(from: before) ? .changed(from: before, to: after) : nil
  }

  /// Who comes off the list and is in a room with the user stays, with what that room shows.
  private mutating func keepAround(_ gone: Contact) -> [RosterChange] {
    guard rooms.isRoomMate(gone.userID) else { return [] }
    var contact = gone
    contact.relation = nil
    contact.unknownReason = nil
    if !rooms.sharesPresence(with: gone.userID) { contact.forget(.notShared) }
    around[gone.userID] = contact
    return [.added(contact)]
  }
}
