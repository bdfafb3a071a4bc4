public import MatrixWire

extension SyncFilter {
  /// Lets through what a roster is made of, and nothing else: presence, and of rooms who is in them, what they are called,
  /// who may join, and whether they share presence. What is said in rooms wakes no poll, nor do receipts.
  public static let roster = roster(accountData: EventFilter(types: []))

  /// The same, and of the user's own data which rooms are direct ones and who is ignored (Protocol 4.3).
  public static let directRooms = roster(
    accountData: EventFilter(types: AccountDataEvent.Kind.allCases.map(\.rawValue)))

  /// What users do in these rooms, and nothing else: the envelopes of what they say, receipts, and who types.
  static func traces(in rooms: Set<RoomID>) -> SyncFilter {
    let nothing = RoomEventFilter(EventFilter(types: []))
    return SyncFilter(
      presence: EventFilter(types: []), accountData: EventFilter(types: []),
      room: RoomFilter(
        rooms: rooms.sorted(), accountData: nothing,
        ephemeral: RoomEventFilter(EventFilter(types: EphemeralEvent.Kind.allCases.map(\.rawValue))),
        state: nothing, timeline: RoomEventFilter(EventFilter(limit: 20))))
  }

  private static func roster(accountData: EventFilter) -> SyncFilter {
    let nothing = EventFilter(types: [])
    let state = RoomEventFilter(
      EventFilter(types: [
        RoomEventType.member, RoomEventType.name, RoomEventType.canonicalAlias, RoomEventType.joinRules,
        RoomEventType.presenceSharing,
      ]))
    return SyncFilter(
      accountData: accountData,
      room: RoomFilter(
        accountData: RoomEventFilter(nothing), ephemeral: RoomEventFilter(nothing), state: state,
        timeline: state))
  }
}
