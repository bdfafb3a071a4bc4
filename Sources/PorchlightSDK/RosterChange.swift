public import MatrixWire

/// One difference between a roster before and after an answer.
public enum RosterChange: Hashable, Sendable {
  /// A user came onto the list, or without a relation: into a room with the own user.
  case added(Contact)
  /// State, text, name or relation of a contact changed. `pending` to `accepted` means that they accepted the own
  /// invite, no relation to one that a user came onto the list who shared a room before.
  case changed(from: Contact, to: Contact)
  /// A contact left the list. `denied` and `revoked` are the contact's doing; `dropped` is one's own, or either's while
  /// the stream was interrupted.
  case removed(Contact, ListState)
  /// The last room ended that was shared with a user who is not on the list.
  case left(Contact)
  /// A user asks.
  case invited(Invite)
  /// An invite is settled: answered here or on another device, or taken back.
  case inviteGone(Invite, InviteState)
  case own(from: OwnPresence, to: OwnPresence)
}
