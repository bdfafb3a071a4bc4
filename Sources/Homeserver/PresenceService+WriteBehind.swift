internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What can be inferred again is written now and then, and at the end (Architecture 4).
extension PresenceService {
  /// Writes now and then until the task is cancelled. Whatever fails is tried again next time.
  func writeBehind() async {
    await writer.run { now in
      if self.unwritten.begin(at: now) { await self.flush() }
      return self.unwritten.due
    }
  }

  /// Something of a person changed that is written behind.
  func writeLater(_ user: UserID) {
    if unwritten.add(user, at: time.instant) { writer.ring() }
  }

  /// A relation changed because time passed.
  func writeLater(_ relation: Relation) {
    if unwritten.add(relation, at: time.instant) { writer.ring() }
  }

  /// What is known of another server changed.
  func writeLater(_ change: PeerChange) {
    if unwritten.add(change, at: time.instant) { writer.ring() }
  }

  /// Writes what has not been written.
  func flush() async {
    let now = time.now
    let users = unwritten.takeUsers()
    let changes = users.flatMap { user -> [PresenceChange] in
      guard let record = rules.record(of: user, now: now) else { return [] }
      return [.lastActive(user, record.lastActive)]
        + rules.deviceRecords(of: user, now: now).map(PresenceChange.deviceActivity)
    }
    do {
      try await persistence.commit(changes.map(StoreChange.presence))
    } catch {
      for user in users { writeLater(user) }
    }
    await flushPeers()
    await flushRelations()
  }

  private func flushPeers() async {
    let areStored: Bool
    do throws(StoreError) {
      try await persistence.commit(unwritten.beginPeers().map(StoreChange.peers))
      areStored = true
    } catch {
      areStored = false
    }
    if unwritten.endPeers(areStored: areStored, at: time.instant) { writer.ring() }
  }

  /// Stores changes now. What waits to be written of the same things is older than these, and not written after
  /// them.
  ///
  /// - Throws: `StoreError` where they could not be stored; then everything waits as before.
  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    let withdrawn = unwritten.withdraw(
      before: changes.compactMap { if case .peers(let change) = $0 { change } else { nil } })
    do throws(StoreError) {
      try await persistence.commit(changes)
    } catch {
      if unwritten.putBack(withdrawn, at: time.instant) { writer.ring() }
      throw error
    }
  }

  /// Each with the lock of its relation: a change of theirs that is being stored right now must not be overwritten.
  private func flushRelations() async {
    for relation in unwritten.takeRelations() {
      let (owner, observed) = (relation.owner, relation.observed)
      do throws(StoreError) {
        try await locks.withLock(keys: [.relation(owner: owner, observed: observed)]) {
          () throws(StoreError) in
          let relationship = rules.lists.relationship(of: owner, for: observed)
          try await persistence.commit([
            .presence(
              .relationship(
                RelationshipRecord(owner: owner, observed: observed, relationship: relationship)))
          ])
        }
      } catch {
        writeLater(relation)
      }
    }
  }
}
