internal import MatrixWire

/// Receipts, and what users keep about rooms.
extension RoomDecider {
  mutating func setReceipt(_ id: RoomID, _ receipt: RoomReceipt) throws(MatrixError) {
    _ = try enterAsMember(id)
    let receipts = rules.receipts(in: id)
    guard receipts.isNew(receipt) else { return }
    guard
      receipt.thread == nil || receipts.hasOne(like: receipt) || receipts.count(of: sender) < limits.receipts
    else {
      throw MatrixError(
        .tooLarge, "You have receipts in \(limits.receipts) threads of the room, which is the most.")
    }
    var receipt = receipt
    receipt.position = nextPlace()
    add(.receipt(ReceiptRecord(room: id, receipt: receipt)))
  }

  mutating func setReadMarker(_ id: RoomID, _ event: PDU, _ before: PDU?) throws(MatrixError) {
    _ = try enterAsMember(id)
    if let before, before.position >= event.position { return }
    let content = WireJSON.encode(FullyReadContent(eventID: event.id))
    try setAccountData(id, type: RoomEventType.fullyRead, content: content)
  }

  mutating func setAccountData(_ id: RoomID, type: String, content: [UInt8]) throws(MatrixError) {
    guard let room = rules.rooms[id], room.member(sender) != nil else { throw .notInRoom(sender, id) }
    decision.room = id
    guard !type.isEmpty else { throw MatrixError(.invalidParameter, "What you keep has a type.") }
    guard type.utf8.count <= PDU.longestKey else {
      throw MatrixError(.tooLarge, "A type has \(PDU.longestKey) bytes at most.")
    }
    let size = rules.accountData.size(of: sender, in: id, without: type) + type.utf8.count + content.count
    guard size <= limits.accountDataBytes else {
      throw MatrixError(
        .tooLarge, "What you keep about the room has \(size) bytes; \(limits.accountDataBytes) are the most.")
    }
    guard rules.accountData.content(type, of: sender, in: id) != content else { return }
    add(
      .accountData(
        RoomDataRecord(user: sender, room: id, type: type, content: content, position: nextPlace())))
  }

  mutating func setTag(_ id: RoomID, _ tag: String, _ body: [UInt8]?) throws(MatrixError) {
    var tags = RoomTags(content: rules.accountData.content(RoomTags.type, of: sender, in: id) ?? [])
    if let body { try tags.set(tag, to: body) } else { _ = tags.remove(tag) }
    try setAccountData(id, type: RoomTags.type, content: tags.content)
  }
}
