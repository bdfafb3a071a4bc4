/// Bodies and answers of rooms: refused with one of a few codes, or read back as they were written.
func fuzzRooms(_ bytes: [UInt8]) {
  // What a client sends.
  check(ReasonRequest.self, bytes)
  check(MembershipRequest.self, bytes)
  check(TypingRequest.self, bytes)
  check(ReceiptRequest.self, bytes)
  check(ReadMarkersRequest.self, bytes)
  check(RoomAliasRequest.self, bytes)
  check(DirectoryVisibility.self, bytes)
  check(PublicRoomsRequest.self, bytes)
  checkCreation(bytes)
  // What a server answers.
  check(RoomIDAnswer.self, bytes)
  check(EventIDAnswer.self, bytes)
  check(RoomAliasAnswer.self, bytes)
  check(JoinedRoomsAnswer.self, bytes)
  check(PublicRoomsAnswer.self, bytes)
  check(RoomsUpdate.self, bytes)
  check(RoomUpdate.self, bytes)
  check(RoomEvent.self, bytes)
  check(MemberContent.self, bytes)
  check(RoomSummary.self, bytes)
  check(UnreadCounts.self, bytes)
  _ = try? WireJSON.decode(MembersAnswer.self, from: bytes)
  _ = try? WireJSON.decode(MessagesAnswer.self, from: bytes)
  _ = try? WireJSON.decode(JoinedMembersAnswer.self, from: bytes)
  if let event = try? WireJSON.decode(EphemeralEvent.self, from: bytes) {
    roundTrip(event)
    hold(
      (try? WireJSON.decode(EphemeralEvent.self, from: event.encoded())) == event,
      "\(event) came back as another")
  }
  if let answer = try? WireJSON.decode(SyncAnswer.self, from: bytes) {
    hold(
      (try? WireJSON.decode(SyncAnswer.self, fromAnswer: bytes)) == answer, "an answer is read in two ways")
  }
  checkTags(bytes)
  checkEvents(bytes)
}

private func checkCreation(_ bytes: [UInt8]) {
  do throws(MatrixError) {
    let request = try CreateRoomRequest(body: bytes)
    let again = try? CreateRoomRequest(body: request.body)
    hold(again == request, "a room came back as another: \(shown(bytes))")
    hold(again?.body == request.body, "a room has two forms: \(shown(bytes))")
  } catch {
    let codes: [ErrorCode] = [.notJSON, .badJSON, .missingParameter, .invalidParameter, .tooLarge]
    hold(codes.contains(error.code) && !error.message.isEmpty, "a room is refused with \(error)")
  }
}

private func checkTags(_ bytes: [UInt8]) {
  var tags = RoomTags(content: bytes)
  hold(RoomTags(content: tags.content) == tags, "tags came back as others: \(shown(bytes))")
  guard (try? tags.set("u.x", to: bytes)) != nil else { return }
  hold(tags.names.contains("u.x"), "a tag got lost: \(shown(bytes))")
  hold(RoomTags(content: tags.content) == tags, "a tag came back as another: \(shown(bytes))")
}

/// Any text may be the type, the state key or the transaction of an event.
private func checkEvents(_ bytes: [UInt8]) {
  let text = shown(bytes)
  guard let sender = UserID("@a:b"), let room = RoomID("!a:b"), let id = EventID("$\(text.prefix(50))") else {
    return
  }
  let content = (try? CanonicalJSON.Object(eventContent: bytes))?.bytes ?? Array("{}".utf8)
  let event = ClientEvent(
    eventID: id, roomID: room, type: text, stateKey: text, sender: sender, originServerTimestamp: 1,
    content: content, redacts: id, prevContent: content, replacesState: id)
  let viewed = ViewedEvent(EventBytes(event), membership: .join, transactionID: text)
  for form in [EventForm.sync, .withRoom] {
    let written = viewed.bytes(as: form, now: 2)
    hold((try? CanonicalJSON(parsing: written))?.bytes == written, "not canonical: \(shown(written))")
  }
  let old = try? CanonicalJSON(parsing: viewed.bytes(as: .v1, now: 2))
  hold(old?["user_id"]?.text == sender.rawValue, "an event of 2014 is no JSON: \(text)")
  hold((try? CanonicalJSON(parsing: event.stripped)) != nil, "stripped state is no JSON: \(text)")
}
