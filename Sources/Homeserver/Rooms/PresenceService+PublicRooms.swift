internal import MatrixWire
internal import RoomCore

/// The rooms everybody may find, page by page: those with most members first.
extension PresenceService {
  /// A page of them. It costs its rooms; where all have to be searched for what a filter lets pass, that is done in turns.
  ///
  /// - Throws: `M_INVALID_PARAM` for a position that no page gave.
  func publicRooms(_ request: PublicRoomsRequest) async throws(MatrixError) -> PublicRoomsAnswer {
    let search = PublicRoomSearch(request)
    guard search.isNarrow else { return try page(of: rooms.rules.listed.rooms, request) }
    var found: [RoomID] = []
    // There is no other network than Matrix itself here.
    var rest = request.network == nil ? Array(rooms.rules.listed.rooms)[...] : []
    while !rest.isEmpty {
      found += rest.prefix(Self.part).filter { id in rooms.rules.room(id).map(search.lets) ?? false }
      rest = rest.dropFirst(Self.part)
      if !rest.isEmpty { await Task.yield() }
    }
    return try page(of: found, request)
  }

  private func page(
    of listed: some RandomAccessCollection<RoomID>, _ request: PublicRoomsRequest
  ) throws(MatrixError) -> PublicRoomsAnswer {
    // The list may have become shorter since that position was given.
    let start = min(try request.since.map(PublicRoomSearch.number) ?? 0, listed.count)
    let wanted = request.limit.flatMap { $0 > 0 ? $0 : nil } ?? PublicRoomsRequest.mostRooms
    let limit = min(wanted, PublicRoomsRequest.mostRooms)
    let page = listed.dropFirst(start).prefix(limit)
    let end = start + page.count
    return PublicRoomsAnswer(
      rooms: page.compactMap { rooms.rules.room($0)?.publicRoom },
      nextBatch: end < listed.count ? PublicRoomSearch.token(end) : nil,
      prevBatch: start > 0 ? PublicRoomSearch.token(max(0, start - limit)) : nil, total: listed.count)
  }
}

/// Which of the listed rooms a request wants.
private struct PublicRoomSearch {
  private let term: String
  private let types: [String?]?
  /// Whether it may want less than all.
  let isNarrow: Bool

  init(_ request: PublicRoomsRequest) {
    term = request.searchTerm?.asciiLowercased ?? ""
    types = request.roomTypes
    isNarrow = !term.isEmpty || types != nil || request.network != nil
  }

  func lets(_ room: Room) -> Bool { types?.contains(room.type) ?? true && has(room) }

  private func has(_ room: Room) -> Bool {
    guard !term.isEmpty else { return true }
    let texts = [
      room.text(RoomEventType.name, "name"), room.text(RoomEventType.topic, "topic"),
      room.text(RoomEventType.canonicalAlias, "alias"),
    ]
    return texts.contains { $0?.asciiLowercased.contains(term) ?? false }
  }

  static func token(_ number: Int) -> SyncToken? { SyncToken("l\(number)") }

  static func number(_ token: SyncToken) throws(MatrixError) -> Int {
    guard token.rawValue.utf8.first == UInt8(ascii: "l"), let number = Int(token.rawValue.dropFirst()),
      number >= 0
    else { throw MatrixError(.invalidParameter, "'since' is no position in the list of rooms.") }
    return number
  }
}

extension Room {
  fileprivate var type: String? { text(RoomEventType.create, "type") }

  fileprivate func text(_ type: String, _ field: String) -> String? {
    state(type)?.fields[field]?.text.flatMap { $0.isEmpty ? nil : $0 }
  }

  fileprivate var publicRoom: PublicRoom {
    PublicRoom(
      id, name: text(RoomEventType.name, "name"), topic: text(RoomEventType.topic, "topic"),
      canonicalAlias: text(RoomEventType.canonicalAlias, "alias").flatMap { RoomAlias($0) },
      avatarURL: text("m.room.avatar", "url"), joinedCount: joinedCount,
      isWorldReadable: text(RoomEventType.historyVisibility, "history_visibility") == "world_readable",
      guestsCanJoin: text(RoomEventType.guestAccess, "guest_access") == "can_join",
      joinRule: text(RoomEventType.joinRules, "join_rule"), roomType: type)
  }
}
