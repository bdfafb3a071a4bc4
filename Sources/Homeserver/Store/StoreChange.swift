public import RoomCore

/// One thing to store, of one domain. Each says the whole new row, so that repeating it changes nothing.
///
/// Changes of all domains are committed together, in one order: a session is made with its account, and a list message
/// is kept with the relation it tells of. A further domain adds a case here, its changes and rows, and its tables.
public enum StoreChange: Hashable, Sendable {
  case accounts(AccountChange)
  case presence(PresenceChange)
  case peers(PeerChange)
  case rooms(RoomChange)
}
