internal import MatrixWire

extension RosterChange {
  /// The user who is around now, of whom something changed.
  var neighbor: UserID? {
    switch self {
    case .added(let contact), .changed(_, let contact): contact.relation == nil ? contact.userID : nil
    case .removed, .left, .invited, .inviteGone, .own: nil
    }
  }

  /// The same change, had it gone on to this.
  func ending(in contact: Contact) -> RosterChange {
    if case .changed(let old, _) = self { .changed(from: old, to: contact) } else { .added(contact) }
  }

  /// False where it ended as it began.
  var isDifference: Bool {
    if case .changed(let old, let new) = self { new.differs(from: old) } else { true }
  }
}
