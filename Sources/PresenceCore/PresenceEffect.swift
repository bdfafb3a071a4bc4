public import MatrixWire

/// What a rule asks its caller to do.
public enum PresenceEffect: Hashable, Sendable {
  /// A user looks different: to their own streams, and to those who may see them if `toOthers`.
  case presenceChanged(UserID, toOthers: Bool)
  /// An entry of a list has changed; tell the owner's streams.
  case listChanged(owner: UserID, ListEvent)
  /// The state of an invite has changed; tell the invited user's streams.
  case inviteChanged(InviteEvent)
  /// Open polls of a device have to return now.
  case endStreams(UserID, DeviceID)
  /// A user began or ceased to look at their list: subscriptions to other servers follow that.
  case pollingChanged(UserID, Bool)
  /// A message for another server.
  case sendToPeer(ServerName, ListEDU)
}

/// Whose invites are accepted without asking (Protocol 6.5). Each policy includes those before it.
public enum AutoAccept: String, Hashable, Sendable, CaseIterable {
  /// Nobody: every invite waits for an answer.
  case never
  /// Users whom the invited user watches already, with their consent.
  case reverse
  /// Users who share a room with the invited user.
  case sharedRoom = "shared-room"
  /// Everybody.
  case always
}
