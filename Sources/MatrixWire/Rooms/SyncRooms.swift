/// The rooms of an answer to `/sync`, as one viewer is told them (Matrix specification, client-server API, "Syncing").
public struct SyncRooms: Sendable {
  /// A room the viewer is in, or was in.
  public struct Room: Sendable {
    public var roomID: RoomID
    /// The state before the timeline, as far as it is news.
    public var state: [ViewedEvent] = []
    public var timeline: [ViewedEvent] = []
    /// Whether events are missing before the timeline.
    public var isLimited = false
    /// Where the events before the timeline are.
    public var prevBatch: SyncToken?
    /// Events that are bytes already, as all sections below.
    public var accountData: [[UInt8]] = []
    /// Of joined rooms only.
    public var ephemeral: [[UInt8]] = []
    /// Of joined rooms only.
    public var summary = RoomSummary()
    /// Of joined rooms only.
    public var unread: UnreadCounts?

    public init(_ roomID: RoomID) { self.roomID = roomID }
  }

  /// A room the viewer is invited to, or knocked at.
  public struct Stripped: Sendable {
    public var roomID: RoomID
    /// `ClientEvent.stripped` of each event.
    public var state: [[UInt8]]

    public init(_ roomID: RoomID, state: [[UInt8]]) {
      self.roomID = roomID
      self.state = state
    }
  }

  public var joined: [Room] = []
  public var invited: [Stripped] = []
  public var knocked: [Stripped] = []
  public var left: [Room] = []

  /// The instant of the answer in milliseconds since 1970, from which the ages of events follow.
  public var now: Int64

  public init(now: Int64) { self.now = now }

  /// Whether there is no news of any room.
  public var isEmpty: Bool { joined.isEmpty && invited.isEmpty && knocked.isEmpty && left.isEmpty }
}

extension SyncRooms {
  /// Writes the `rooms` of an answer; rooms come in the order they are given.
  func write(to writer: inout JSONWriter) {
    writer.open()
    Self.write(invited, as: "invite", stateIn: "invite_state", to: &writer)
    writer.key("join")
    writer.open()
    for room in joined { room.write(to: &writer, isJoined: true, now: now) }
    writer.close()
    if !knocked.isEmpty { Self.write(knocked, as: "knock", stateIn: "knock_state", to: &writer) }
    writer.key("leave")
    writer.open()
    for room in left { room.write(to: &writer, isJoined: false, now: now) }
    writer.close()
    writer.close()
  }

  private static func write(
    _ rooms: [Stripped], as name: String, stateIn section: String, to writer: inout JSONWriter
  ) {
    writer.key(name)
    writer.open()
    for room in rooms {
      writer.foreignKey(room.roomID.rawValue)
      writer.open()
      writer.events(section, room.state)
      writer.close()
    }
    writer.close()
  }

  /// About how many bytes it has.
  var expectedBytes: Int {
    var bytes = 64
    for room in joined + left {
      bytes += 768 + room.roomID.rawValue.utf8.count
      for viewed in room.state { bytes += viewed.event.expectedBytes }
      for viewed in room.timeline { bytes += viewed.event.expectedBytes }
      for event in room.accountData { bytes += event.count + 1 }
      for event in room.ephemeral { bytes += event.count + 1 }
    }
    for room in invited + knocked {
      bytes += 320
      for event in room.state { bytes += event.count + 1 }
    }
    return bytes
  }
}

extension SyncRooms.Room {
  fileprivate func write(to writer: inout JSONWriter, isJoined: Bool, now: Int64) {
    writer.foreignKey(roomID.rawValue)
    writer.open()
    writer.events("account_data", accountData)
    if isJoined { writer.events("ephemeral", ephemeral) }
    writer.key("state")
    writer.open()
    writer.events("events", state, as: .sync, now: now)
    writer.close()
    if isJoined {
      writer.key("summary")
      summary.write(to: &writer)
    }
    writer.key("timeline")
    writer.open()
    writer.events("events", timeline, as: .sync, now: now)
    writer.field("limited", isLimited)
    writer.field("prev_batch", prevBatch?.rawValue)
    writer.close()
    if isJoined, let unread {
      writer.key("unread_notifications")
      unread.write(to: &writer)
    }
    writer.close()
  }
}
