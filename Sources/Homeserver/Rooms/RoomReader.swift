internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// Reads rooms for one request each: who may read what is asked of the actor, the store is read and the answer is written
/// outside of it.
struct RoomReader: Sendable {
  let presence: PresenceService
  /// The same positions as in streams.
  let seal: PositionSeal
  let time: any Timekeeper

  init(presence: PresenceService, accounts: AccountRegistry, time: any Timekeeper) {
    (self.presence, self.time, seal) = (presence, time, PositionSeal(accounts.code(of:)))
  }

  var now: Int64 { time.wallTime.milliseconds }

  /// How much of a room a user may read.
  ///
  /// - Throws: 403 `M_FORBIDDEN` for those who may read nothing of it, `StoreError` where the store cannot be read.
  func reach(of user: UserID, in room: RoomID) async throws -> RoomReach {
    try await presence.reach(of: user, in: room)
  }

  /// One event; nil where there is none in the room that the user may read.
  func event(_ id: EventID, _ reach: RoomReach) async throws(StoreError) -> StoredEvent? {
    let found = try await presence.history.events([id])[id]
    return found.flatMap { reach.mayRead($0.event) ? $0 : nil }
  }

  // MARK: State

  /// All state as a user may read it, the oldest first.
  func state(_ reach: RoomReach) async throws(StoreError) -> [TimelineEvent] {
    let found = try await presence.history.state(of: [reach.room: reach.stateRange])
    return (found[reach.room] ?? []).map { reach.shown(TimelineEvent($0)) }
  }

  /// One state event as a user may read it.
  func stateEvent(_ key: StateKey, _ reach: RoomReach) async throws(StoreError) -> TimelineEvent? {
    guard reach.isCurrent else { return try await state(reach).first { $0.key == key } }
    guard let id = await presence.stateEventID(of: key, in: reach.room) else { return nil }
    return try await presence.history.events([id])[id].map { reach.shown(TimelineEvent($0)) }
  }

  /// The events of members, as a user may read them.
  ///
  /// - Parameters:
  ///   - reach: how much of the room the user may read.
  ///   - position: when, where it is earlier than that; nil for the last moment there is.
  ///   - holds: which memberships are wanted.
  /// - Returns: one event of each user.
  /// - Throws: `StoreError` where the store cannot be read.
  func members(
    _ reach: RoomReach, at position: UInt64? = nil, where holds: @Sendable (Membership) -> Bool
  ) async throws(StoreError) -> [TimelineEvent] {
    if reach.isCurrent, position == nil {
      return try await events(of: await presence.members(of: reach.room) { holds($0.membership) }, reach)
    }
    let range = TimelineRange(through: min(position ?? .max, reach.through))
    let found = try await presence.history.state(of: [reach.room: range])
    return (found[reach.room] ?? []).map { reach.shown(TimelineEvent($0)) }.filter { event in
      event.member.map { holds($0.membership) } ?? false
    }
  }

  /// The memberships of those who sent events, as a user may read them.
  func members(sending events: [TimelineEvent], _ reach: RoomReach) async throws(StoreError)
    -> [TimelineEvent]
  {
    let senders = Set(events.map(\.event.sender))
    guard !senders.isEmpty else { return [] }
    guard reach.isCurrent else {
      return try await state(reach).filter { event in event.member.map { senders.contains($0.user) } ?? false
      }
    }
    return try await self.events(
      of: await presence.members(of: reach.room) { senders.contains($0.user) }, reach)
  }

  private func events(of members: [Member], _ reach: RoomReach) async throws(StoreError) -> [TimelineEvent] {
    let found = try await presence.history.events(Set(members.map(\.event)))
    return members.compactMap { found[$0.event] }.map { reach.shown(TimelineEvent($0)) }
  }
}
