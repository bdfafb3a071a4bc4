internal import MatrixWire

/// Messages, state and redactions.
extension RoomDecider {
  mutating func send(_ id: RoomID, _ type: String, _ content: CanonicalJSON.Object) throws(MatrixError) {
    _ = try enterAsMember(id)
    try checkIsNoRedaction(type, orRefuse: .invalidParameter)
    try append(EventDraft(type: type, sender: sender, content: content))
  }

  mutating func setState(
    _ id: RoomID, _ key: StateKey, _ content: CanonicalJSON.Object, _ profile: Profile?
  ) throws(MatrixError) {
    if key.type == RoomEventType.member { return try setMember(id, key.key, content, profile) }
    let room = try enterAsMember(id)
    try checkIsNoRedaction(key.type, orRefuse: .invalidParameter)
    let before = room.state(key.type, key.key)
    if let before, before.sender == sender, before.fields == content { return keep(before.id) }
    guard before != nil || room.state.count < limits.stateEvents else {
      throw MatrixError(.tooLarge, "The room has \(limits.stateEvents) state events, which is the most.")
    }
    if key == StateKey(RoomEventType.canonicalAlias) {
      try checkAliases(in: content, before?.fields ?? [:], id)
    }
    try append(EventDraft(type: key.type, stateKey: key.key, sender: sender, content: content))
  }

  /// A redaction names an event that its sender may redact, which only `redact` knows.
  func checkIsNoRedaction(_ type: String, orRefuse code: ErrorCode) throws(MatrixError) {
    guard type != RoomEventType.redaction else {
      throw MatrixError(code, "Events are redacted by PUT /rooms/{roomId}/redact/{eventId}/{txnId}.")
    }
  }

  mutating func redact(_ event: PDU, _ reason: String?) throws(MatrixError) {
    let room = try enterAsMember(event.room)
    guard event.type != RoomEventType.create else {
      throw MatrixError(.forbidden, "The event that makes a room cannot be redacted.")
    }
    guard event.sender == sender || room.powerLevels.may(sender, .redact) else {
      throw MatrixError(
        .forbidden,
        "\(sender) has power \(room.powerLevels.level(of: sender)); to redact what others sent takes \(room.powerLevels.level(.redact))."
      )
    }
    var content: CanonicalJSON.Object = ["redacts": .string(event.id.rawValue)]
    content["reason"] = reason.map { .string($0) }
    try append(EventDraft(type: RoomEventType.redaction, sender: sender, content: content))
    guard event.redactedBy == nil, let redaction = decision.event else { return }
    add(.redacted(event.redacted(by: redaction)))
  }
}
