public import RoomCore

/// Everything a store holds but the timelines of rooms (`RoomHistory`).
public struct StoredServer: Hashable, Sendable {
  /// How often a server was started on this store, this time included; positions in streams carry it.
  public var starts: UInt64 = 1
  public var accountRows = AccountRows()
  public var presenceRows = PresenceRows()
  public var peerRows = PeerRows()
  public var roomRows = RoomRows()
  /// Random bytes that stay with the store and that nobody is shown: from them it is drawn how names nobody has look to
  /// those who ask for them. Nil where the store ends with the process.
  public var decoyKey: [UInt8]?

  public init() {}
}
