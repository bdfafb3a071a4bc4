/// Answers of the endpoints of one room, around events that are bytes already. All take the instant of the answer in
/// milliseconds since 1970, and how the version of the endpoint has its events.
public enum RoomBytes {
  /// `GET /rooms/{roomId}/messages` (Matrix specification, client-server API, "Syncing").
  ///
  /// - Parameters:
  ///   - start: where the page begins, as it was asked for.
  ///   - end: where the next begins; nil where there is none.
  ///   - chunk: the events, in the direction that was asked for.
  ///   - state: members that the page needs, where a client loads them lazily.
  ///   - form: how events are written.
  ///   - now: milliseconds since 1970.
  /// - Returns: the body of the answer.
  public static func messages(
    start: SyncToken, end: SyncToken?, chunk: [ViewedEvent], state: [ViewedEvent] = [],
    as form: EventForm = .withRoom, now: Int64
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.events("chunk", chunk, as: form, now: now)
    writer.field("end", end?.rawValue)
    writer.field("start", start.rawValue)
    if !state.isEmpty { writer.events("state", state, as: form, now: now) }
    writer.close()
    return writer.bytes
  }

  /// `GET /rooms/{roomId}/context/{eventId}` (Matrix specification, client-server API, "Event context").
  ///
  /// - Parameters:
  ///   - event: the event that was asked for.
  ///   - before: the events before it, the newest first.
  ///   - after: the events after it, the oldest first.
  ///   - state: the room's state after the last of them.
  ///   - start: where the events before them are.
  ///   - end: where the events after them are.
  ///   - form: how events are written.
  ///   - now: milliseconds since 1970.
  /// - Returns: the body of the answer.
  public static func context(
    of event: ViewedEvent, before: [ViewedEvent], after: [ViewedEvent], state: [ViewedEvent],
    start: SyncToken, end: SyncToken, as form: EventForm = .withRoom, now: Int64
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.field("end", end.rawValue)
    writer.key("event")
    writer.event(event, as: form, now: now)
    writer.events("events_after", after, as: form, now: now)
    writer.events("events_before", before, as: form, now: now)
    writer.field("start", start.rawValue)
    writer.events("state", state, as: form, now: now)
    writer.close()
    return writer.bytes
  }

  /// `GET /rooms/{roomId}/members` (Matrix specification, client-server API): the `m.room.member` events. Clients of 2014
  /// page through them, between positions that lead nowhere else.
  public static func members(
    _ members: [ViewedEvent], pages: (start: SyncToken, end: SyncToken)? = nil,
    as form: EventForm = .withRoom, now: Int64
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.events("chunk", members, as: form, now: now)
    writer.field("end", pages?.end.rawValue)
    writer.field("start", pages?.start.rawValue)
    writer.close()
    return writer.bytes
  }

  /// `GET /rooms/{roomId}/state` (Matrix specification, client-server API): an array of events.
  public static func state(_ state: [ViewedEvent], as form: EventForm = .withRoom, now: Int64) -> [UInt8] {
    var writer = JSONWriter()
    writer.openArray()
    for event in state {
      writer.element()
      writer.event(event, as: form, now: now)
    }
    writer.closeArray()
    return writer.bytes
  }

  /// `GET /rooms/{roomId}/joined_members` (Matrix specification, client-server API). Both fields are there even
  /// where nothing is known, and one has another spelling than everywhere else.
  public static func joinedMembers(_ members: [(user: UserID, profile: Profile)]) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.key("joined")
    writer.open()
    for member in members {
      writer.foreignKey(member.user.rawValue)
      writer.open()
      writer.key("avatar_url")
      writer.value(member.profile.avatarURL)
      writer.key("display_name")
      writer.value(member.profile.displayName)
      writer.close()
    }
    writer.close()
    writer.close()
    return writer.bytes
  }
}
