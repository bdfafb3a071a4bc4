package import MatrixWire

/// The two users of an entry, an invite or a permission: the owner of the list, and the user on it. The key of
/// everything that is kept of the two in that direction.
package struct Relation: Hashable, Comparable, Sendable {
  package let owner: UserID
  package let observed: UserID

  package init(owner: UserID, observed: UserID) {
    self.owner = owner
    self.observed = observed
  }

  package static func < (left: Relation, right: Relation) -> Bool {
    (left.owner, left.observed) < (right.owner, right.observed)
  }
}

extension ListEDU {
  /// Whom a message is about.
  package var relation: Relation { Relation(owner: observer, observed: observed) }
}

extension RelationshipRecord {
  /// Of whom it is a row.
  package var relation: Relation { Relation(owner: owner, observed: observed) }
}
