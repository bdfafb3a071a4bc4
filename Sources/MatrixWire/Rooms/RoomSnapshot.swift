/// One room in the answers to `/initialSync` and `GET /rooms/{roomId}/initialSync` (Protocol 4.1; Matrix specification,
/// client-server API, r0.6.1, "Getting events for a room").
public struct RoomSnapshot: Sendable {
  public var roomID: RoomID
  /// What the viewer is to the room.
  public var membership: Membership
  public var visibility: RoomVisibility
  /// Who invited the viewer, and the invite, where they are invited.
  public var inviter: UserID?
  public var invite: ViewedEvent?
  public var state: [ViewedEvent] = []
  /// The newest events, the oldest of them first.
  public var messages: [ViewedEvent] = []
  /// The positions before and after the messages.
  public var start: SyncToken
  public var end: SyncToken
  /// Events that are bytes already, as all sections below.
  public var accountData: [[UInt8]] = []
  /// Of one room's own answer only: `m.presence` of its members.
  public var presence: [[UInt8]] = []
  /// Of one room's own answer only.
  public var receipts: [[UInt8]] = []

  public init(
    _ roomID: RoomID, membership: Membership, visibility: RoomVisibility, start: SyncToken, end: SyncToken
  ) {
    self.roomID = roomID
    self.membership = membership
    self.visibility = visibility
    self.start = start
    self.end = end
  }

  /// The answer to `GET /rooms/{roomId}/initialSync`, at an instant in milliseconds since 1970.
  public func bytes(now: Int64) -> [UInt8] { bytes(isAlone: true, now: now) }

  /// An element of `rooms` in the answer to `/initialSync`.
  public func element(now: Int64) -> [UInt8] { bytes(isAlone: false, now: now) }

  private func bytes(isAlone: Bool, now: Int64) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.array("account_data", accountData)
    if let invite {
      writer.key("invite")
      writer.event(invite, as: .v1, now: now)
    }
    writer.field("inviter", inviter?.rawValue)
    writer.field("membership", membership.rawValue)
    writer.key("messages")
    writer.open()
    writer.events("chunk", messages, as: .v1, now: now)
    writer.field("end", end.rawValue)
    writer.field("start", start.rawValue)
    writer.close()
    if isAlone {
      writer.array("presence", presence)
      writer.array("receipts", receipts)
    }
    writer.field("room_id", roomID.rawValue)
    writer.events("state", state, as: .v1, now: now)
    writer.field("visibility", visibility.rawValue)
    writer.close()
    return writer.bytes
  }
}
