internal import MatrixWire
internal import PresenceCore
internal import RoomCore

/// One room as a whole.
extension RoomReader {
  /// `GET /rooms/{roomId}/initialSync`: the room as it is for its members, and for others as far as they may read it.
  ///
  /// - Parameters:
  ///   - room: which room.
  ///   - device: who asks.
  ///   - limit: how many messages at most.
  ///   - vocabulary: what `presence` may be in the version of the endpoint.
  /// - Returns: the body of the answer.
  /// - Throws: as `reach(of:in:)`.
  func snapshot(
    of room: RoomID, for device: Device, limit: Int, _ vocabulary: PresenceVocabulary
  ) async throws -> [UInt8] {
    let reach = try await reach(of: device.user, in: room)
    let page = try await page(reach, TimelineRange(), .backward, limit: limit, .everything)
    let surroundings = await presence.surroundings(of: room, for: device.user)
    var snapshot = RoomSnapshot(
      room, membership: reach.membership, visibility: surroundings.isListed ? .public : .private,
      start: seal.token(at: page.end), end: seal.token(at: reach.through))
    snapshot.messages = await presence.viewed(page.events.reversed(), by: device, reach)
    snapshot.state = try await state(reach).map { ViewedEvent($0.bytes) }
    snapshot.accountData = surroundings.accountData.map {
      StreamBytes.accountData(type: Array($0.type.utf8), content: $0.content)
    }
    let receipts = surroundings.receipts.compactMap(Receipt.init)
    if !receipts.isEmpty { snapshot.receipts = [EphemeralEvent.receipts(receipts).encoded(in: room)] }
    snapshot.presence = await presence.presence(
      of: room, for: device.user, as: StreamForm(.contentOnly, vocabulary))
    return snapshot.bytes(now: now)
  }
}
