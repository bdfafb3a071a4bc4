public import MatrixWire

/// What has to be done after a rule was applied; the caller does it.
public enum PresenceEffect: Hashable, Sendable {
  /// A person looks different: to their own streams, and to those who may see them if `toOthers`.
  case presenceChanged(UserID, toOthers: Bool)
  /// An entry of somebody's list has changed; tell the owner's streams.
  case listChanged(owner: UserID, ListEvent)
  /// Somebody who asks, or asked, for permission stands differently; tell the asked person's streams.
  case inviteChanged(InviteEvent)
  /// Open polls of a device have to return now.
  case endStreams(UserID, DeviceID)
  /// A person began or ceased to look at their list: what subscriptions to other servers hang on.
  case pollingChanged(UserID, Bool)
  /// Something for another server: the seam where federation takes over.
  case tellPeer(ServerName, ListEDU)
}

/// Who is accepted without being asked (protocol 6.5). Each policy includes those before it.
public enum AutoAccept: String, Hashable, Sendable, CaseIterable {
  /// Nobody: every invite waits for an answer.
  case never
  /// People whom the asked person watches already, with their consent.
  case reverse
  /// People who share a room with the asked person.
  case sharedRoom = "shared-room"
  /// Everybody.
  case always
}
