internal import MatrixWire
internal import RoomCore

/// What is new of one room to one viewer.
struct RoomNews: Sendable {
  /// In which section of an answer it is told.
  enum Place: Sendable {
    case joined
    case left
    case invited
    case knocked
  }

  let room: RoomID
  let place: Place
  /// Which part of the timeline is new.
  let range: TimelineRange
  /// Whether the room is told as a whole, with all its state: to one who begins, or who joined since.
  let isWhole: Bool
  /// The events of that part, oldest first; nil where they have to be read from the store.
  var events: [TimelineEvent]?
  /// Who is typing, where that changed.
  var typing: [UserID]?
  var receipts: [RoomReceipt] = []
  var accountData: [RoomDataRecord] = []

  init(
    _ room: RoomID, _ place: Place, _ range: TimelineRange, isWhole: Bool, events: [TimelineEvent]? = nil
  ) {
    (self.room, self.place, self.range) = (room, place, range)
    (self.isWhole, self.events) = (isWhole, events)
  }

  /// Whether what may be read of it has to be asked for: of rooms the viewer is in, and was in all the time, they may
  /// read everything.
  var needsVisibility: Bool { place == .left || place == .joined && isWhole }

  /// What passes in the room and is not kept, as far as a filter lets it.
  func ephemeral(_ filter: RoomEventFilter) -> [EphemeralEvent] {
    guard !filter.blocksEverything, filter.allows(room: room) else { return [] }
    func allows(_ kind: EphemeralEvent.Kind) -> Bool { filter.events.allows(type: Array(kind.rawValue.utf8)) }
    var events: [EphemeralEvent] = []
    let users = typing?.filter { filter.events.allows(sender: $0) }
    // That a user types whom the client does not want to hear of is no news.
    if let users, let typing, allows(.typing), !users.isEmpty || typing.isEmpty {
      events.append(.typing(users))
    }
    let receipts = receipts.filter { filter.events.allows(sender: $0.user) }.compactMap(Receipt.init)
    if !receipts.isEmpty, allows(.receipts) { events.append(.receipts(receipts)) }
    return events.suffix(filter.limit ?? events.count)
  }
}
