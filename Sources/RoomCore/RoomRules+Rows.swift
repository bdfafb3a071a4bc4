public import MatrixWire
public import Ports

extension RoomRules {
  /// The rules as they were when these rows were stored.
  ///
  /// Rooms without a first event, and rows about rooms that are not there, count for nothing. Who is in which room says
  /// `MembershipIndex(_:rooms:)` of them.
  public init(
    server: ServerName, hasher: any ContentHasher, limits: RoomLimits = RoomLimits(), rows: RoomRows
  ) {
    self.init(server: server, hasher: hasher, limits: limits)
    for event in rows.state where event.type == RoomEventType.create {
      if let room = Room(event) { set(room) }
    }
    // One ID, name and picture of each user, however many rooms have them.
    var profiles: [UserID: Profile] = [:]
    for event in rows.state where event.type != RoomEventType.create {
      let user = Self.userNamed(by: event).map { user in
        user == event.sender ? user : profiles.index(forKey: user).map { profiles[$0].key } ?? user
      }
      rooms.change(event.room) { room in
        room.setState(event, user: user)
        guard let user, let member = room.member(user) else { return }
        if let place = rows.joins[event.id] { room.setJoined(user, at: place) }
        if let profile = profiles[user] {
          room.share(profile, with: user)
        } else {
          profiles[user] = member.profile
        }
      }
    }
    for end in rows.ends {
      rooms.change(end.room) { ($0.lastEvent, $0.depth, $0.position) = (end.event, end.depth, end.position) }
    }
    for record in rows.rooms { rooms[record.room]?.isListed = record.isListed }
    listed = ListedRooms(allRooms)
    for record in rows.aliases { set(record) }
    for record in rows.forgotten {
      rooms.change(record.room) { $0.forget(record.user, record.event) }
    }
    for record in rows.receipts { _ = apply(.receipt(record)) }
    for record in rows.accountData { _ = apply(.accountData(record)) }
    for record in rows.transactions.sorted(by: { $0.number < $1.number }) { _ = apply(.transaction(record)) }
    let places =
      rows.ends.map(\.position) + rows.receipts.map(\.receipt.position) + rows.accountData.map(\.position)
    positions = StreamPositions(after: places.max() ?? 0)
  }
}
