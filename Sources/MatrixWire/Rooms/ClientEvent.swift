/// An event of a room with all that clients are told of it, but for what differs from viewer to viewer (Matrix
/// specification, client-server API, "Types of room events").
public struct ClientEvent: Hashable, Sendable {
  public var eventID: EventID
  public var roomID: RoomID
  public var type: String
  /// Of state events only.
  public var stateKey: String?
  public var sender: UserID
  /// Milliseconds since 1970.
  public var originServerTimestamp: Int64
  /// A JSON object, byte by byte as it is told.
  public var content: [UInt8]
  /// The event that a redaction takes the content from.
  public var redacts: EventID?
  /// The content of the state event this one replaced: a JSON object.
  public var prevContent: [UInt8]?
  public var prevSender: UserID?
  public var replacesState: EventID?
  /// The redaction that took this event's content: a JSON object, `EventBytes.bytes(as:now:)` of it.
  public var redactedBecause: [UInt8]?

  public init(
    eventID: EventID, roomID: RoomID, type: String, stateKey: String? = nil, sender: UserID,
    originServerTimestamp: Int64, content: [UInt8], redacts: EventID? = nil, prevContent: [UInt8]? = nil,
    prevSender: UserID? = nil, replacesState: EventID? = nil, redactedBecause: [UInt8]? = nil
  ) {
    self.eventID = eventID
    self.roomID = roomID
    self.type = type
    self.stateKey = stateKey
    self.sender = sender
    self.originServerTimestamp = originServerTimestamp
    self.content = content
    self.redacts = redacts
    self.prevContent = prevContent
    self.prevSender = prevSender
    self.replacesState = replacesState
    self.redactedBecause = redactedBecause
  }

  /// The bytes of stripped state: what an invited or knocking user is told of the room (Matrix specification,
  /// client-server API, "Stripped state").
  public var stripped: [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.key("content")
    writer.raw(content)
    writer.field("sender", sender.rawValue)
    writer.field("state_key", stateKey ?? "")
    writer.field("type", type)
    writer.close()
    return writer.bytes
  }
}
