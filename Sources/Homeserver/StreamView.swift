internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// One person's view of the world at one moment: what their streams and their list are answered from.
///
/// Everything passes the visibility rules here, at delivery, and nowhere earlier.
struct StreamView {
  let rules: PresenceRules
  let rooms: RoomHost
  let index: StreamIndex
  let profiles: AccountRegistry
  /// Whose view it is: one pass over many polls goes from viewer to viewer.
  var viewer: UserID
  let now: Moment

  /// Something a stream tells, before it is said.
  enum Notice {
    /// Oneself, in an answer that replaces everything or in one that says what changed.
    case own(isComplete: Bool)
    /// A contact, as far as they may be seen.
    case person(UserID)
    case list(ListEvent)
    case invite(InviteEvent)

    var isPresence: Bool {
      switch self {
      case .own, .person: true
      case .list, .invite: false
      }
    }
  }

  /// A complete answer: oneself, everybody on the list in the order they came onto it, every open invite, everybody else
  /// who shares a room.
  func everything() -> [Notice] {
    [.own(isComplete: true)] + entries().flatMap { notices(of: $0.key, $0.value) }
      + pendingInvites().map(notice) + unlistedRoomMates().map(Notice.person)
  }

  /// Who shares a room with the viewer and is not on their list as one they may see, in the order of their IDs.
  func unlistedRoomMates() -> [UserID] {
    let lists = rules.audience.lists
    return rules.audience.membership.sharers(of: viewer)
      .filter { lists.entry(of: viewer, for: $0) == nil }.sorted()
  }

  /// What a complete answer says of a user on the list.
  func notices(of user: UserID, _ entry: PresenceLists.Entry) -> [Notice] {
    [.list(ListEvent(userID: user, state: entry.state, sender: sender(of: entry, user))), .person(user)]
  }

  /// What a complete answer says of a user who waits for the viewer's answer.
  func notice(of observer: UserID, _ receivedAt: WallTime) -> Notice {
    .invite(
      InviteEvent(
        observer: observer, observed: viewer, receivedAt: receivedAt.milliseconds, state: .pending))
  }

  /// What changed after a position and passes a filter, oldest first; then who began to share a room.
  func changes(since position: StreamPosition, where passes: (Notice) -> Bool = { _ in true }) -> [Notice] {
    let notices = changes(since: position.version, where: passes)
    let mates = roomMates(since: position)
    guard !notices.isEmpty, !mates.isEmpty else {
      return mates.isEmpty ? notices : mates.map(Notice.person).filter(passes)
    }
    var told: Set<UserID> = []
    for case .person(let user) in notices { told.insert(user) }
    return notices + mates.filter { !told.contains($0) }.map(Notice.person).filter(passes)
  }

  /// Those who look different, or who share a room only since; each once.
  private func roomMates(since position: StreamPosition) -> [UserID] {
    let membership = rules.audience.membership
    var began: Set<UserID> = []
    if position.rooms ?? 0 < rooms.position, membership.knows(viewer) {
      began = RoomsSource(self).newRoomMates(since: position)
    }
    guard let log = index.roomMates(of: viewer) else { return began.sorted() }
    if position.version < log.floor { return membership.sharers(of: viewer).union(began).sorted() }
    var changed = log.changed(since: position.version)
    changed.removeAll { began.contains($0) || !membership.share(viewer, $0) }
    return began.isEmpty ? changed : changed + began.sorted()
  }

  /// The same of lists, invites and the viewer, after a version.
  private func changes(since: UInt64, where passes: (Notice) -> Bool) -> [Notice] {
    // Most answers tell one thing.
    var first: (version: UInt64, notice: Notice)?
    var found: [(version: UInt64, notice: Notice)] = []
    func add(_ notice: Notice, _ version: UInt64) {
      guard passes(notice) else { return }
      if let earlier = first {
        if found.isEmpty { found.append(earlier) }
        found.append((version, notice))
      } else {
        first = (version, notice)
      }
    }
    let own = index.ownVersion(of: viewer)
    if own > since { add(.own(isComplete: false), own) }
    for (user, record) in index.listRecords(of: viewer) {
      if let ended = record.ended, ended.version > since { add(.list(ended.event), ended.version) }
      if record.version > since {
        add(.list(record.event), record.version)
        if !record.event.isEnd { add(.person(user), record.version) }
      } else if record.event.state == .accepted, record.presenceVersion > since {
        add(.person(user), record.presenceVersion)
      }
    }
    for record in index.inviteRecords(of: viewer).values where record.version > since {
      if let ended = record.ended, ended.version > since { add(.invite(ended.event), ended.version) }
      add(.invite(record.event), record.version)
    }
    guard !found.isEmpty else { return first.map { [$0.notice] } ?? [] }
    // A user who came onto the list is told in two notices of one version, in this order.
    return found.enumerated().sorted { ($0.element.version, $0.offset) < ($1.element.version, $1.offset) }
      .map(\.element.notice)
  }

  /// Whether a notice is to be told still: who shared a room and has left is passed over.
  func stillTells(_ notice: Notice) -> Bool {
    guard case .person(let user) = notice else { return true }
    return rules.audience.lists.entry(of: viewer, for: user) != nil || rules.audience.watches(viewer, user)
  }

  /// What a notice says now; nil where there is nothing any more.
  func event(_ notice: Notice) -> StreamEvent? {
    switch notice {
    case .own(let isComplete):
      rules.presence(of: viewer, for: viewer, now: now).map {
        .presence(viewer, withOwnProfile($0, tellsWhatWasCleared: !isComplete))
      }
    case .person(let user): .presence(user, content(of: user))
    case .list(let event): .list(event)
    case .invite(let event): .invite(named(event))
    }
  }

  /// Whether the viewer sees what everybody sees who may see this person.
  func shows(_ user: UserID) -> Bool {
    user != viewer && rules.unknownReason(of: user, for: viewer) == nil
  }

  /// One entry of the list as `GET .../presence/list` answers it (E2).
  func listEntry(_ user: UserID, _ entry: PresenceLists.Entry) -> ListEntry {
    ListEntry(
      userID: user, state: entry.state, presence: content(of: user), groups: entry.groups,
      invitedAt: entry.invitedAt.milliseconds, acceptedAt: entry.acceptedAt?.milliseconds ?? 0)
  }

  /// One who waits for the viewer's answer, beside that list.
  func invite(_ observer: UserID, _ receivedAt: WallTime) -> PendingInvite {
    PendingInvite(
      observer: observer, receivedAt: receivedAt.milliseconds,
      displayName: profiles.announcedProfile(of: observer)?.displayName)
  }

  // MARK: Parts

  /// The list, in the order in which people came onto it.
  func entries() -> OrderedEntries { OrderedEntries(rules.lists.entries(of: viewer)) }

  /// Who waits for an answer, the one who has waited longest first.
  func pendingInvites() -> [(UserID, WallTime)] {
    rules.lists.invites(for: viewer).sorted { ($0.value, $0.key) < ($1.value, $1.key) }
  }

  private func sender(of entry: PresenceLists.Entry, _ user: UserID) -> UserID {
    entry.state == .accepted ? user : viewer
  }

  /// Presence and profile of a contact. Where the presence is unknown the profile stays away too, or an entry for a
  /// name without an account would look different.
  private func content(of user: UserID) -> PresenceContent {
    let content = rules.listedPresence(of: user, for: viewer, now: now)
    return content.state == .unknown ? content : withProfile(content, of: user)
  }

  private func named(_ event: InviteEvent) -> InviteEvent {
    var event = event
    event.displayName = profiles.announcedProfile(of: event.observer)?.displayName
    return event
  }

  /// What is not set is left out, as the specification has it. Only where it was set before, and a stream may have told
  /// so, it is said to be cleared.
  private func withOwnProfile(_ content: PresenceContent, tellsWhatWasCleared: Bool) -> PresenceContent {
    var content = content
    let profile = profiles.profile(of: viewer)
    let cleared = tellsWhatWasCleared ? profiles.clearedProfile(of: viewer) : Profile()
    content.displayName = profile?.displayName ?? cleared.displayName
    content.avatarURL = profile?.avatarURL ?? cleared.avatarURL
    return content
  }

  /// Both fields always; a cleared one as `""` (Protocol 8). People of other servers bring theirs along.
  private func withProfile(_ content: PresenceContent, of user: UserID) -> PresenceContent {
    var content = content
    guard user.server == rules.server else {
      content.displayName = content.displayName ?? ""
      content.avatarURL = content.avatarURL ?? ""
      return content
    }
    let profile = profiles.announcedProfile(of: user)
    content.displayName = profile?.displayName ?? ""
    content.avatarURL = profile?.avatarURL ?? ""
    return content
  }
}

extension EventFilter {
  /// Whether a notice passes. One's own is from oneself.
  func allows(_ notice: StreamView.Notice, to viewer: UserID) -> Bool {
    switch notice {
    case .own: allows(.presence, from: viewer)
    case .person(let user): allows(.presence, from: user)
    case .invite(let event): allows(.invite, from: event.observer)
    case .list(let event): allows(.list, from: event.sender)
    }
  }
}
