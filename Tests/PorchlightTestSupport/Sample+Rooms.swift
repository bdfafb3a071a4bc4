internal import Homeserver
internal import MatrixWire
internal import Ports
internal import RoomCore

/// Rooms and their events to try a store with.
extension Sample {
  static func room(_ name: String) throws -> RoomID {
    try RoomID("!\(name):harbor.example").orThrow("room \(name)")
  }

  static func eventID(_ name: String) throws -> EventID { try EventID("$\(name)").orThrow("event \(name)") }

  static func alias(_ name: String) throws -> RoomAlias {
    try RoomAlias("#\(name):harbor.example").orThrow("alias \(name)")
  }

  /// An event whose ID is named after its position.
  static func event(
    _ position: UInt64, in room: RoomID, _ type: String, _ key: String? = nil, by sender: String = "ann",
    _ content: String = "{}", redactedBy redaction: UInt64? = nil
  ) throws -> PDU {
    PDU(
      id: try eventID("\(position)"), room: room, type: type, stateKey: key, sender: try user(sender),
      content: Array(content.utf8), timestamp: time(1_795_262_400_000 + Int64(position)),
      depth: Int64(position), position: position,
      redactedBy: try redaction.map { try eventID("\($0)") })
  }

  /// An event as a new one.
  static func added(_ event: PDU) -> RoomChange {
    .event(event, EventLinks(previous: [], authorizing: [], contentHash: "hash of \(event.position)"))
  }

  /// The events of two rooms, their positions mixed, with everything that may happen to an event.
  static func timelines() throws -> [PDU] {
    let (one, two) = (try room("one"), try room("two"))
    let (ann, bob) = (try user("ann").rawValue, try user("bob").rawValue)
    let visibility = RoomEventType.historyVisibility
    return [
      try event(1, in: one, RoomEventType.create, "", #"{"room_version":"11"}"#),
      try event(2, in: one, RoomEventType.member, ann, #"{"membership":"join"}"#),
      try event(3, in: two, RoomEventType.create, ""),
      try event(4, in: two, RoomEventType.member, ann, #"{"membership":"join"}"#),
      try event(5, in: one, RoomEventType.member, bob, #"{"membership":"invite"}"#),
      try event(6, in: one, "m.room.message", #"{"body":"é"}"#),
      try event(7, in: one, RoomEventType.name, "", #"{"name":"One"}"#),
      try event(8, in: two, "m.room.message", redactedBy: 12),
      try event(9, in: one, RoomEventType.member, bob, by: "bob", #"{"membership":"join"}"#),
      try event(
        10, in: one, RoomEventType.member, bob, by: "bob", #"{"displayname":"B","membership":"join"}"#),
      try event(11, in: one, visibility, "", #"{"history_visibility":"joined"}"#),
      try event(12, in: two, RoomEventType.redaction, #"{"redacts":"$8"}"#),
      try event(13, in: one, RoomEventType.name, "", redactedBy: 15),
      try event(14, in: one, RoomEventType.member, ann, #"{"displayname":"A","membership":"join"}"#),
      try event(15, in: one, RoomEventType.redaction, #"{"redacts":"$13"}"#),
      try event(16, in: one, RoomEventType.member, bob, by: "bob", #"{"membership":"leave"}"#),
      try event(17, in: two, "m.room.message"),
      try event(18, in: one, visibility, "", #"{"history_visibility":"shared"}"#),
      try event(19, in: one, visibility, "other"),
      try event(20, in: one, "m.room.message"),
      try event(21, in: two, "m.room.encrypted"),
    ]
  }

  /// A row of each kind, with everything in it and with nothing in it. The events are all current state.
  static func roomRows() throws -> [RoomChange] {
    let (one, two, ann, bob) = (try room("one"), try room("two"), try user("ann"), try user("bob"))
    let thread = RoomReceipt(
      user: ann, kind: .privateRead, thread: "$1", event: try eventID("4"), eventPosition: 4,
      timestamp: time(7), position: 6)
    let key = TransactionKey(user: ann, device: try device("DESK"), endpoint: "send/m.room.message", id: "1")
    return [
      .room(RoomRecord(room: one, isListed: true)), .room(RoomRecord(room: two, isListed: false)),
      added(try event(1, in: one, RoomEventType.create, "")),
      added(try event(2, in: one, RoomEventType.member, ann.rawValue, #"{"membership":"join"}"#)),
      added(try event(3, in: two, RoomEventType.create, "", redactedBy: 9)),
      .alias(AliasRecord(alias: try alias("first"), room: one, creator: ann)),
      .alias(AliasRecord(alias: try alias("second"), room: one, creator: bob)),
      .forgotten(ForgottenRecord(room: two, user: bob, event: try eventID("4"))),
      .receipt(ReceiptRecord(room: one, receipt: thread)),
      .receipt(
        ReceiptRecord(
          room: one,
          receipt: RoomReceipt(
            user: ann, kind: .read, event: try eventID("1"), eventPosition: 1, timestamp: time(8)))),
      .accountData(
        RoomDataRecord(user: ann, room: one, type: "m.tag", content: Array("{}".utf8), position: 7)),
      .accountData(RoomDataRecord(user: bob, room: one, type: "x", content: [], position: 8)),
      .transaction(TransactionRecord(key: key, event: try eventID("2"), number: 1)),
    ]
  }
}
