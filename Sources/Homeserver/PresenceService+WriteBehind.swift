internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What can be inferred again is written now and then, and at the end (Architecture 4).
extension PresenceService {
  /// Writes now and then until the task is cancelled. Whatever fails is tried again next time.
  func writeBehind() async {
    await writer.run { now in
      guard let due = self.writeDue, due <= now else { return self.writeDue }
      self.writeDue = nil
      await self.flush()
      return self.writeDue
    }
  }

  /// Something of a person changed that is written behind.
  func writeLater(_ user: UserID) {
    unwritten.insert(user)
    wakeWriter()
  }

  /// A relation changed because time passed.
  func writeLater(_ relation: Relation) {
    unwrittenRelationships.insert(relation)
    wakeWriter()
  }

  /// What is known of another server changed.
  func writeLater(_ change: StoreChange) {
    unwrittenPeers.add(change)
    wakeWriter()
  }

  private func wakeWriter() {
    guard writeDue == nil else { return }
    writeDue = time.instant + writeInterval
    writer.ring()
  }

  /// Writes what has not been written.
  func flush() async {
    let now = time.now
    let users = unwritten
    unwritten = []
    let changes = users.sorted().flatMap { user -> [StoreChange] in
      guard let record = rules.record(of: user, now: now) else { return [] }
      return [.lastActive(user, record.lastActive)]
        + rules.deviceRecords(of: user, now: now).map(StoreChange.deviceActivity)
    }
    do { try await persistence.commit(changes) } catch { for user in users { writeLater(user) } }
    await flushPeers()
    await flushStandings()
  }

  private func flushPeers() async {
    (writingPeers, unwrittenPeers) = (unwrittenPeers, WaitingChanges())
    do {
      try await persistence.commit(writingPeers.changes)
    } catch {
      unwrittenPeers.putBack(writingPeers)
      if !unwrittenPeers.isEmpty { wakeWriter() }
    }
    writingPeers = WaitingChanges()
  }

  /// Stores changes now. What waits to be written of the same things is older than these, and not written after
  /// them.
  ///
  /// - Throws: `StoreError` where they could not be stored; then everything waits as before.
  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    let older = unwrittenPeers.withdraw(before: changes)
    let writing = writingPeers.withdraw(before: changes)
    do throws(StoreError) {
      try await persistence.commit(changes)
    } catch {
      unwrittenPeers.putBack(older)
      unwrittenPeers.putBack(writing)
      if !unwrittenPeers.isEmpty { wakeWriter() }
      throw error
    }
  }

  /// Each in its people's turn: a change of theirs that is being stored right now must not be overwritten.
  private func flushStandings() async {
    let relations = unwrittenRelationships
    unwrittenRelationships = []
    for relation in relations {
      let (owner, observed) = (relation.owner, relation.observed)
      do throws(StoreError) {
        try await locks.withLock(keys: [.relation(owner: owner, observed: observed)]) {
          () throws(StoreError) in
          let relationship = rules.lists.relationship(of: owner, for: observed)
          try await persistence.commit([
            .relationship(RelationshipRecord(owner: owner, observed: observed, relationship: relationship))
          ])
        }
      } catch {
        writeLater(relation)
      }
    }
  }
}
