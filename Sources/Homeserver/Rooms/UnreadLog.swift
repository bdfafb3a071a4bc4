internal import MatrixWire
internal import RoomCore

/// The last messages of one room that notify, for the unread counts of its members: as many as clients show.
///
/// Source: Matrix specification, client-server API, "Receiving notifications": what the default push rules do with messages.
struct UnreadLog: Sendable {
  private struct Entry: Sendable {
    let position: UInt64
    let sender: UserID
    let mentions: Set<UserID>
    /// Counts where its sender may mention everybody.
    let mentionsRoom: Bool
  }

  private var entries: [Entry] = []
  /// Whether there may be older ones, which count where one of these does no longer.
  private var isCut = false
  /// How many are counted at most.
  static let most = 100
  /// The power it takes to mention everybody, now: what it was when a message was sent is not kept.
  private static let mentionLevel: Int64 = 50

  /// - Parameters:
  ///   - events: messages as they were stored, oldest first.
  ///   - isCut: whether there may be older ones.
  ///   - room: the room as it is.
  init(_ events: [PDU], isCut: Bool, in room: Room) {
    self.isCut = isCut
    for event in events { add(event, in: room) }
  }

  mutating func add(_ event: PDU, in room: Room) {
    guard event.isMessage else { return }
    let mentions = event.fields["m.mentions"]?.object
    let users = (mentions?["user_ids"]?.elements ?? []).prefix(Self.most)
      .compactMap { $0.text.flatMap { UserID($0) } }.filter { room.membership(of: $0) == .join }
    entries.append(
      Entry(
        position: event.position, sender: event.sender, mentions: Set(users),
        mentionsRoom: mentions?["room"]?.flag ?? false))
    guard entries.count > Self.most else { return }
    entries.removeFirst()
    isCut = true
  }

  /// A message lost its content: nobody has to read it.
  ///
  /// - Returns: whether these are still the last ones. If not, they have to be read again.
  mutating func remove(_ position: UInt64) -> Bool {
    guard let place = entries.firstIndex(where: { $0.position == position }) else { return true }
    entries.remove(at: place)
    return !isCut
  }

  /// What a member has not read.
  ///
  /// - Parameters:
  ///   - user: the member.
  ///   - room: the room as it is.
  ///   - position: the place in the stream that they have read up to.
  /// - Returns: how many messages, and how many of them mention the member.
  func counts(of user: UserID, in room: Room, after position: UInt64) -> UnreadCounts {
    var counts = UnreadCounts()
    for entry in entries.reversed() {
      guard entry.position > position else { break }
      guard entry.sender != user else { continue }
      counts.notifications += 1
      let mentionsAll = entry.mentionsRoom && room.powerLevels.level(of: entry.sender) >= Self.mentionLevel
      if mentionsAll || entry.mentions.contains(user) { counts.highlights += 1 }
    }
    return counts
  }
}
