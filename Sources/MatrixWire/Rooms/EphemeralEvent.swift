/// What passes in a room and is not kept (Matrix specification, client-server API, "Typing notifications", "Receipts").
public enum EphemeralEvent: Hashable, Sendable {
  /// All who are typing now, in the order their server names them.
  case typing([UserID])
  /// Receipts that are news, by event, type and user, each combination once.
  case receipts([Receipt])
  /// An unknown type, or content that does not parse: ignored, never fatal.
  case unrecognized(type: String)

  public enum Kind: String, Sendable, CaseIterable {
    case typing = "m.typing"
    case receipts = "m.receipt"
  }
}

extension EphemeralEvent {
  /// The bytes of the event: with its room in `/events`, and without one in the room's own section of `/sync`.
  public func encoded(in room: RoomID? = nil) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    switch self {
    case .typing(let users):
      writer.key("content")
      writer.open()
      writer.key("user_ids")
      writer.openArray()
      for user in users {
        writer.element()
        writer.value(user.rawValue)
      }
      writer.closeArray()
      writer.close()
    case .receipts(let receipts):
      writer.key("content")
      Self.write(receipts.sorted(by: Receipt.isBefore), to: &writer)
    case .unrecognized: break
    }
    writer.field("room_id", room?.rawValue)
    writer.field("type", type)
    writer.close()
    return writer.bytes
  }

  /// The event type on the wire.
  public var type: String {
    switch self {
    case .typing: Kind.typing.rawValue
    case .receipts: Kind.receipts.rawValue
    case .unrecognized(let type): type
    }
  }

  private static func write(_ receipts: [Receipt], to writer: inout JSONWriter) {
    writer.open()
    var last: Receipt?
    for receipt in receipts {
      let isNewEvent = last?.eventID != receipt.eventID
      let isNewType = isNewEvent || last?.type != receipt.type
      if let last {
        // A user has one receipt of a type for an event.
        if !isNewType, last.user == receipt.user { continue }
        if isNewType { writer.close() }
        if isNewEvent { writer.close() }
      }
      if isNewEvent {
        writer.foreignKey(receipt.eventID.rawValue)
        writer.open()
      }
      if isNewType {
        writer.key(receipt.type.rawValue)
        writer.open()
      }
      writer.foreignKey(receipt.user.rawValue)
      writer.open()
      writer.field("thread_id", receipt.threadID)
      writer.field("ts", receipt.timestamp)
      writer.close()
      last = receipt
    }
    if last != nil {
      writer.close()
      writer.close()
    }
    writer.close()
  }
}

extension EphemeralEvent: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let type = try fields.decode(String.self, forKey: "type")
    self = Self.known(Kind(rawValue: type), fields) ?? .unrecognized(type: type)
  }

  private static func known(_ kind: Kind?, _ fields: KeyedDecodingContainer<WireKey>) -> EphemeralEvent? {
    guard let kind, let content = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "content") else {
      return nil
    }
    switch kind {
    case .typing:
      guard let users: [Lossy<UserID>] = content.lenient("user_ids") else { return nil }
      return .typing(users.compactMap(\.value))
    case .receipts: return .receipts(receipts(content).sorted(by: Receipt.isBefore))
    }
  }

  private static func receipts(_ content: KeyedDecodingContainer<WireKey>) -> [Receipt] {
    var receipts: [Receipt] = []
    for key in content.allKeys {
      guard let event = EventID(key.stringValue),
        let types = try? content.nestedContainer(keyedBy: WireKey.self, forKey: key)
      else { continue }
      for key in types.allKeys {
        guard let type = ReceiptType(rawValue: key.stringValue),
          let users = try? types.nestedContainer(keyedBy: WireKey.self, forKey: key)
        else { continue }
        for key in users.allKeys {
          guard let user = UserID(key.stringValue),
            let details = try? users.nestedContainer(keyedBy: WireKey.self, forKey: key)
          else { continue }
          receipts.append(
            Receipt(
              eventID: event, type: type, user: user, timestamp: details.timestamp("ts"),
              threadID: details.lenient("thread_id")))
        }
      }
    }
    return receipts
  }

  /// As `encoded(in:)`, without a room.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(type, forKey: "type")
    switch self {
    case .typing(let users): try fields.encode(["user_ids": users], forKey: "content")
    case .receipts(let receipts):
      var content: [String: [String: [String: Details]]] = [:]
      for receipt in receipts {
        content[receipt.eventID.rawValue, default: [:]][receipt.type.rawValue, default: [:]][
          receipt.user.rawValue] = Details(ts: receipt.timestamp, threadID: receipt.threadID)
      }
      try fields.encode(content, forKey: "content")
    case .unrecognized: break
    }
  }

  private struct Details: Encodable {
    let ts: Int64?
    let threadID: String?

    enum CodingKeys: String, CodingKey {
      case ts
      case threadID = "thread_id"
    }
  }
}
