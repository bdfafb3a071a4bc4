public import MatrixWire

/// One difference between a roster before and after an answer.
public enum RosterChange: Hashable, Sendable {
  /// A user came onto the list.
  case added(Contact)
  /// State, text, name or relation of a contact changed. `pending` to `accepted` means that they accepted the own
  /// invite.
  case changed(from: Contact, to: Contact)
  /// A contact left the list. `denied` and `revoked` are the contact's doing; `dropped` is one's own, or either's while
  /// the stream was interrupted.
  case removed(Contact, ListState)
  /// A user asks.
  case invited(Invite)
  /// An invite is settled: answered here or on another device, or taken back.
  case inviteGone(Invite, InviteState)
  case own(from: OwnPresence, to: OwnPresence)
}
