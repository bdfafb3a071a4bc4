internal import MatrixWire
internal import PresenceCore
internal import RoomCore

/// What a viewer's stream tells of rooms.
struct RoomsSource: StreamSource {
  let viewer: UserID
  private let rooms: RoomHost
  private let membership: MembershipIndex
  private let index: StreamIndex
  /// Where the viewer's client was in an earlier life of the server: rooms go on across a restart.
  private let earlier: UInt64?
  /// Whether a room that the viewer joined is told as a whole, as `/sync` does; `/events` tells what happened.
  private let tellsWholeRooms: Bool
  /// Whether all state of all rooms is asked for, whatever the client has (`full_state`).
  private let tellsAllState: Bool

  init(_ view: StreamView, earlier: UInt64? = nil, tellsWholeRooms: Bool = true, tellsAllState: Bool = false)
  {
    (viewer, rooms, index, self.earlier) = (view.viewer, view.rooms, view.index, earlier)
    (self.tellsWholeRooms, self.tellsAllState) = (tellsWholeRooms, tellsAllState)
    membership = view.rules.audience.membership
  }

  func changes(since: StreamPosition?, _ filter: SyncFilter) -> [RoomNews] {
    let start = since.map { $0.rooms ?? 0 } ?? earlier
    let hasTyping = since.map { index.lastTyping(for: viewer) > $0.version } ?? true
    if let start, start == rooms.position, !hasTyping, !tellsAllState { return [] }
    let hasData = rooms.rules.accountData.lastPosition(of: viewer) > start ?? 0
    var news: [RoomNews] = []
    for id in membership.joined(by: viewer) where filter.room.allows(room: id) {
      // Of many rooms hardly ever more than one has news.
      if let start, !tellsAllState, !hasData, !rooms.rules.hasNews(in: id, after: start),
        !hasTyping || index.typingVersion(in: id, for: viewer) <= since?.version ?? 0
      {
        continue
      }
      guard let room = rooms.rules.room(id), let found = joined(room, start, since) else { continue }
      news.append(found)
    }
    for (id, other) in membership.others(of: viewer) where filter.room.allows(room: id) {
      guard let member = rooms.rules.room(id)?.member(viewer) else { continue }
      // Who asks for all state is told of open invites again.
      let isOpen = other == .invite || other == .knock
      if let start, member.position <= start, !(tellsAllState && isOpen) { continue }
      switch other {
      case .join: break
      case .invite, .knock:
        let range = TimelineRange(after: member.position - 1, through: member.position)
        news.append(
          RoomNews(
            id, other == .invite ? .invited : .knocked, range, isWhole: false,
            events: rooms.recent.event(member.event).map { [$0] }))
      case .leave, .ban:
        guard start != nil || filter.room.includesLeft else { continue }
        let range = TimelineRange(after: start ?? 0, through: member.position)
        news.append(RoomNews(id, .left, range, isWhole: start == nil))
      }
    }
    return (news + forgotten(after: start, filter)).sorted { $0.room < $1.room }
  }

  /// Rooms that the viewer left and forgot since: another client of theirs has to hear of it once.
  private func forgotten(after start: UInt64?, _ filter: SyncFilter) -> [RoomNews] {
    guard let start else { return [] }
    return membership.forgotten(by: viewer).compactMap { id in
      guard filter.room.allows(room: id), let member = rooms.rules.room(id)?.member(viewer),
        member.position > start
      else { return nil }
      return RoomNews(
        id, .left, TimelineRange(after: member.position - 1, through: member.position), isWhole: false)
    }
  }

  private func joined(_ room: Room, _ start: UInt64?, _ since: StreamPosition?) -> RoomNews? {
    let through = rooms.position
    let receipts = rooms.rules.receipts(in: room.id)
    let typing = typing(in: room.id, since)
    let data = rooms.rules.accountData.changes(of: viewer, in: room.id, after: start ?? 0)
    guard
      tellsAllState || start.map({ room.position > $0 || receipts.lastPosition > $0 }) ?? true
        || typing != nil
        || !data.isEmpty
    else { return nil }
    let events = start.flatMap { rooms.recent.events(in: room.id, after: $0) }
    let isWhole =
      tellsAllState || (start.map { tellsWholeRooms && hasJoined(room, since: $0, events) } ?? true)
    // Who asks for all state goes on with the timeline where they were.
    let isNew = start.map { hasJoined(room, since: $0, events) } ?? true
    var news = RoomNews(
      room.id, .joined, TimelineRange(after: isWhole && isNew ? 0 : start ?? 0, through: through),
      // What happened while the viewer was away is not told: that is asked of what is stored.
      isWhole: isWhole, events: isWhole || isNew ? nil : events)
    let typists = rooms.rules.typing.users(in: room.id)
    news.typing = isWhole && !typists.isEmpty ? typists : typing
    news.receipts = receipts.told(to: viewer, after: isWhole ? 0 : start ?? 0)
    news.accountData = isWhole ? rooms.rules.accountData.changes(of: viewer, in: room.id, after: 0) : data
    return news
  }

  /// Whether the viewer joined since a position: then the room is new to them.
  private func hasJoined(_ room: Room, since start: UInt64, _ events: [TimelineEvent]?) -> Bool {
    guard let own = room.member(viewer), own.position > start else { return false }
    guard let events else { return true }
    return events.contains { event in
      event.member.map { $0.user == viewer && $0.membership == .join } ?? false
        && event.membershipBefore != .join
    }
  }

  private func typing(in room: RoomID, _ since: StreamPosition?) -> [UserID]? {
    let users = rooms.rules.typing.users(in: room)
    guard let since else { return users.isEmpty ? nil : users }
    return index.typingVersion(in: room, for: viewer) > since.version ? users : nil
  }

  // MARK: Presence

  /// Whose presence a viewer is told because they began to share a room since a position: a user who joined hears of all
  /// members, and they of the user, even if nothing changed (Protocol 7.2).
  func newRoomMates(since: StreamPosition) -> Set<UserID> {
    let start = since.rooms ?? 0
    guard start < rooms.position else { return [] }
    var users: Set<UserID> = []
    for id in membership.joined(by: viewer) where membership.shares(id) {
      guard let room = rooms.rules.room(id), room.position > start else { continue }
      if rooms.sharingBegan[id] ?? 0 > start {
        users.formUnion(membership.joinedMembers(of: id))
      } else if let events = rooms.recent.events(in: id, after: start) {
        for event in events where event.membershipBefore != .join {
          guard let member = event.member, member.membership == .join else { continue }
          if member.user == viewer {
            users.formUnion(membership.joinedMembers(of: id))
          } else {
            users.insert(member.user)
          }
        }
      } else if room.member(viewer)?.position ?? 0 > start {
        users.formUnion(membership.joinedMembers(of: id))
      } else {
        for member in room.members where member.membership == .join && member.position > start {
          users.insert(member.user)
        }
      }
    }
    // Who has left again is nobody the viewer sees.
    return users.filter { membership.share(viewer, $0) }
  }
}
