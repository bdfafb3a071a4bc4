/// What bounds the work and the memory that users can ask for.
public struct RoomLimits: Hashable, Sendable {
  /// Rooms one user may be in.
  public var joinedRooms = 2_000
  /// State events of one room, members not counted.
  public var stateEvents = 10_000
  /// Users whom one room knows and who are not in it: after so many it takes no invite, ban or knock of a new one. Who
  /// was in it may always leave.
  public var otherMembers = 10_000
  public var aliasesPerRoom = 100
  /// State events and invites that come with a new room.
  public var initialState = 100
  public var initialInvites = 100
  /// Receipts of one user in one room: one for each thread and kind.
  public var receipts = 500
  /// Bytes of one user's account data about one room.
  public var accountDataBytes = 65_536
  /// Requests of one device whose transaction IDs are remembered.
  public var transactions = 256
  /// How long a user types without saying so again.
  public var longestTyping = Duration.seconds(120)

  public init() {}
}
