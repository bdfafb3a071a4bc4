/// How the events of a stream are written.
public struct StreamForm: Hashable, Sendable {
  public enum Shape: Hashable, Sendable {
    /// `/events` and `/initialSync`: the user is in the content, and there is no sender (Protocol 3.5).
    case contentOnly
    /// `/sync`: with a sender.
    case withSender
  }

  public var shape: Shape
  public var vocabulary: PresenceVocabulary

  public init(_ shape: Shape, _ vocabulary: PresenceVocabulary) {
    self.shape = shape
    self.vocabulary = vocabulary
  }

  /// `/sync` as it is today.
  public static let sync = StreamForm(.withSender, .v3)
}

extension PresenceContent {
  /// The bytes of a status answer: as `WireJSON.encode`, for less.
  public func encoded(in vocabulary: PresenceVocabulary = .v3) -> [UInt8] {
    var writer = JSONWriter()
    write(to: &writer, in: vocabulary)
    return writer.bytes
  }

  fileprivate func write(
    to writer: inout JSONWriter, in vocabulary: PresenceVocabulary, naming user: UserID? = nil
  ) {
    let word = vocabulary.nearest(to: state)
    writer.open()
    writer.field("avatar_url", avatarURL)
    writer.field(Keys.choice, choice?.wire)
    writer.field(Keys.deviceTypes, deviceTypes.map(\.rawValue))
    writer.field(Keys.idleAgo, idleAgo.map(Int64.init))
    if word != state { writer.field(Keys.presence, state.wire) }
    writer.field(Keys.unknownReason, unknownReason?.rawValue)
    writer.field("currently_active", currentlyActive)
    writer.field("displayname", displayName)
    writer.field("last_active_ago", lastActiveAgo.map(Int64.init))
    writer.field("presence", word.wire)
    writer.field("status_msg", statusMessage)
    writer.field("user_id", user?.rawValue)
    writer.close()
  }

  private enum Keys {
    static let choice = UnstablePrefix.key("choice")
    static let deviceTypes = UnstablePrefix.key("device_types")
    static let idleAgo = UnstablePrefix.key("idle_ago")
    static let presence = UnstablePrefix.key("presence")
    static let unknownReason = UnstablePrefix.key("unknown_reason")
  }
}

extension StreamEvent {
  /// The bytes of the event; in the form of `/sync`, as `WireJSON.encode` writes them.
  public func encoded(as form: StreamForm) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    switch self {
    case .presence(let user, let content):
      writer.key("content")
      content.write(
        to: &writer, in: form.vocabulary, naming: form.shape == .contentOnly ? user : nil)
      finish(&writer, form, .presence, user)
    case .invite(let event):
      writer.key("content")
      writer.open()
      writer.field("displayname", event.displayName)
      writer.field("observed_user", event.observed.rawValue)
      writer.field("observer_user", event.observer.rawValue)
      writer.field("received_ts", event.receivedAt)
      writer.field("state", event.state.rawValue)
      writer.close()
      finish(&writer, form, .invite, event.observer)
    case .list(let event):
      writer.key("content")
      writer.open()
      writer.field("state", event.state.rawValue)
      writer.field("user_id", event.userID.rawValue)
      writer.close()
      finish(&writer, form, .list, event.sender)
    case .unrecognized(let type): writer.field("type", type)
    }
    writer.close()
    return writer.bytes
  }

  private func finish(_ writer: inout JSONWriter, _ form: StreamForm, _ kind: Kind, _ sender: UserID) {
    if form.shape == .withSender { writer.field("sender", sender.rawValue) }
    writer.field("type", kind.type)
  }
}

/// Answers of the event stream around events that are bytes already, which many answers share.
public enum StreamBytes {
  /// `/sync`; where nothing is told of account data and of rooms, as `WireJSON.encode` writes a `SyncAnswer`.
  public static func sync(
    nextBatch: SyncToken, isComplete: Bool = false, accountData: [[UInt8]] = [], presence: [[UInt8]],
    rooms: SyncRooms? = nil
  ) -> [UInt8] {
    var bytes = reserved(for: accountData, presence, plus: rooms?.expectedBytes ?? 0)
    bytes.append(contentsOf: "{\"account_data\":{\"events\":[".utf8)
    append(accountData, to: &bytes)
    bytes.append(contentsOf: "]},".utf8)
    if isComplete { bytes.append(contentsOf: "\"\(UnstablePrefix.key("complete"))\":true,".utf8) }
    append("next_batch", nextBatch, to: &bytes)
    bytes.append(contentsOf: ",\"presence\":{\"events\":[".utf8)
    append(presence, to: &bytes)
    bytes.append(contentsOf: "]},\"rooms\":".utf8)
    guard let rooms, !rooms.isEmpty else {
      bytes.append(contentsOf: "{\"invite\":{},\"join\":{},\"leave\":{}}}".utf8)
      return bytes
    }
    var writer = JSONWriter(continuing: bytes)
    // The writer has them alone, so that it need not copy them.
    bytes = []
    rooms.write(to: &writer)
    writer.raw([UInt8(ascii: "}")])
    return writer.bytes
  }

  /// `/events` (Protocol 4.1).
  public static func chunk(start: SyncToken, end: SyncToken, events: [[UInt8]]) -> [UInt8] {
    var bytes = reserved(for: events)
    bytes.append(contentsOf: "{\"chunk\":[".utf8)
    append(events, to: &bytes)
    bytes.append(contentsOf: "],".utf8)
    append("end", end, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    append("start", start, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  /// `/initialSync` (Protocol 4.1); of each room `RoomSnapshot.element(now:)`.
  public static func initialSync(
    end: SyncToken, accountData: [[UInt8]] = [], presence: [[UInt8]], receipts: [[UInt8]] = [],
    rooms: [[UInt8]] = []
  ) -> [UInt8] {
    var bytes = reserved(for: accountData, presence, receipts, rooms)
    bytes.append(contentsOf: "{\"account_data\":[".utf8)
    append(accountData, to: &bytes)
    bytes.append(contentsOf: "],".utf8)
    append("end", end, to: &bytes)
    bytes.append(contentsOf: ",\"presence\":[".utf8)
    append(presence, to: &bytes)
    bytes.append(contentsOf: "],\"receipts\":[".utf8)
    append(receipts, to: &bytes)
    bytes.append(contentsOf: "],\"rooms\":[".utf8)
    append(rooms, to: &bytes)
    bytes.append(contentsOf: "]}".utf8)
    return bytes
  }

  /// `GET .../presence/list`, as `WireJSON.encode` writes a `PresenceListAnswer`.
  public static func list(
    nextBatch: SyncToken, invites: [[UInt8]], list: [[UInt8]], observers: [[UInt8]]
  ) -> [UInt8] {
    var bytes = reserved(for: invites, list, observers)
    bytes.append(contentsOf: "{\"invites\":[".utf8)
    append(invites, to: &bytes)
    bytes.append(contentsOf: "],\"list\":[".utf8)
    append(list, to: &bytes)
    bytes.append(contentsOf: "],".utf8)
    append("next_batch", nextBatch, to: &bytes)
    bytes.append(contentsOf: ",\"observers\":[".utf8)
    append(observers, to: &bytes)
    bytes.append(contentsOf: "]}".utf8)
    return bytes
  }

  /// Events as a part of a longer array: with commas between them, and nothing around them.
  public static func events(_ events: [[UInt8]]) -> [UInt8] {
    var bytes = reserved(for: events)
    append(events, to: &bytes)
    return bytes
  }

  public static func array(_ elements: [[UInt8]]) -> [UInt8] {
    var bytes = reserved(for: elements)
    bytes.append(UInt8(ascii: "["))
    append(elements, to: &bytes)
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }

  /// An event of account data: a type, given by its bytes, and a JSON object byte by byte as it was put.
  public static func accountData(type: [UInt8], content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(content.count + type.count + 24)
    bytes.append(contentsOf: "{\"content\":".utf8)
    bytes.append(contentsOf: content)
    bytes.append(contentsOf: ",\"type\":".utf8)
    bytes.appendJSONString(String(decoding: type, as: UTF8.self))
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private static func append(_ name: String, _ token: SyncToken, to bytes: inout [UInt8]) {
    bytes.appendJSONString(name)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendJSONString(token.rawValue)
  }

  private static func append(_ events: [[UInt8]], to bytes: inout [UInt8]) {
    for (index, event) in events.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: event)
    }
  }

  private static func reserved(for sections: [[UInt8]]..., plus more: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sections.joined().reduce(256 + more) { $0 + $1.count + 1 })
    return bytes
  }
}
