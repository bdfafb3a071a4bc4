public import MatrixWire

extension SyncFilter {
  /// Lets through what a roster is made of, and nothing else: presence, and of rooms who is in them, what they are called,
  /// who may join, and whether they share presence. What is said in rooms wakes no poll, nor do receipts.
  public static let roster: SyncFilter = {
    let nothing = EventFilter(types: [])
    let state = RoomEventFilter(
      EventFilter(types: [
        RoomEventType.member, RoomEventType.name, RoomEventType.canonicalAlias, RoomEventType.joinRules,
        RoomEventType.presenceSharing,
      ]))
    return SyncFilter(
      accountData: nothing,
      room: RoomFilter(
        accountData: RoomEventFilter(nothing), ephemeral: RoomEventFilter(nothing), state: state,
        timeline: state))
  }()
}
