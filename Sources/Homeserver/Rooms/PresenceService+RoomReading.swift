internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// What requests ask of rooms. Whatever takes longer than a look is read and written outside of the actor, by
/// `RoomReader`.
extension PresenceService {
  /// How much of a room a user may read.
  ///
  /// - Throws: 403 `M_FORBIDDEN` for those who may read nothing of it, also where there is no such room; `StoreError`
  ///   where the store cannot be read.
  func reach(of user: UserID, in room: RoomID) async throws -> RoomReach {
    guard rooms.rules.room(room) != nil else { throw MatrixError.notInRoom(user, room) }
    let events = try await history.visibility(of: [room], for: user)
    // What is stored already and is not true yet says nothing so far.
    let through = rooms.rules.room(room)?.position ?? 0
    let known = (events[room] ?? []).filter { $0.position <= through }
    guard let state = rooms.rules.room(room),
      let reach = RoomReach(state, for: user, HistoryVisibility(known, for: user))
    else { throw MatrixError.notInRoom(user, room) }
    return reach
  }

  /// - Throws: 403 `M_FORBIDDEN` for those who are not in a room, whether there is one or not.
  func requireJoined(_ user: UserID, in room: RoomID) throws(MatrixError) {
    guard rules.audience.membership.isJoined(user, in: room) else { throw .notInRoom(user, room) }
  }

  /// Members of a room, in the order of their IDs.
  func members(of room: RoomID, where holds: @Sendable (Member) -> Bool) -> [Member] {
    rooms.rules.room(room)?.members.filter(holds) ?? []
  }

  /// The content of a state event as it is now; nil where there is none, and for members, whose content is in the store.
  func stateContent(of key: StateKey, in room: RoomID) -> [UInt8]? {
    rooms.rules.room(room)?.state(key.type, key.key)?.content
  }

  func stateEventID(of key: StateKey, in room: RoomID) -> EventID? {
    rooms.rules.room(room)?.stateEventID(key)
  }

  /// An event as a device is told it, as far as its user may read it; where that is remembered, with the request that sent
  /// it.
  func viewed(_ event: TimelineEvent, by device: Device, _ reach: RoomReach) -> ViewedEvent {
    reach.shown(rooms.recent.event(event.event.id) ?? event).viewed(by: device)
  }

  func viewed(_ events: [TimelineEvent], by device: Device, _ reach: RoomReach) -> [ViewedEvent] {
    events.map { viewed($0, by: device, reach) }
  }

  /// What a member of a room is told beside its events: whether the directory lists it, what they keep about it, and who
  /// has read how far.
  func surroundings(
    of room: RoomID, for user: UserID
  ) -> (isListed: Bool, accountData: [RoomDataRecord], receipts: [RoomReceipt]) {
    let isJoined = rules.audience.membership.isJoined(user, in: room)
    return (
      rooms.rules.room(room)?.isListed ?? false,
      rooms.rules.accountData.changes(of: user, in: room, after: 0),
      isJoined ? rooms.rules.receipts(in: room).told(to: user, after: 0) : []
    )
  }

  /// The presence of the members of a room whom a member of it may see, offline ones too; some in each turn.
  func presence(of room: RoomID, for viewer: UserID, as form: StreamForm) async -> [[UInt8]] {
    guard rules.audience.membership.isJoined(viewer, in: room) else { return [] }
    let members = rules.audience.membership.joinedMembers(of: room).sorted()
    var events: [[UInt8]] = []
    for (number, member) in members.enumerated() {
      if number > 0, number % Self.part == 0 { await Task.yield() }
      let view = sync.view(of: viewer, rules, rooms, time.now)
      guard member == viewer || view.shows(member) else { continue }
      let notice = member == viewer ? StreamView.Notice.own(isComplete: true) : .person(member)
      if let event = view.event(notice) { events.append(event.encoded(as: form)) }
    }
    return events
  }
}
