internal import MatrixWire
internal import Ports

/// Changes accounts: what concerns one user is done one after another, and nothing is true before it is durable.
struct AccountWriter: Sendable {
  let accounts: AccountRegistry
  let persistence: PersistenceService
  let locks: KeyedLock
  let time: any Timekeeper

  /// Stores changes, and makes them true. Their users are to be locked.
  func commit(_ changes: [AccountChange]) async throws(StoreError) {
    try await persistence.commit(changes.map(StoreChange.accounts))
    accounts.apply(changes)
  }

  /// Ends the tokens that came before one that is used: the client that uses it has stored it (Protocol 2.4).
  ///
  /// Where that cannot be stored they end with the next use, so the request goes on.
  func endTokens(before token: AccessToken) async {
    guard let record = tokenThatEndsOthers(token) else { return }
    try? await locks.withLock([record.user]) { () throws(StoreError) in
      try await commit(accounts.superseded(by: record))
    }
  }

  /// The record of a token, where its use is to end those that came before it.
  func tokenThatEndsOthers(_ token: AccessToken) -> TokenRecord? {
    // Nearly always no user has two generations of tokens, and then nothing is looked up.
    guard accounts.hasSuperseded, case .valid(let record) = accounts.find(token, .access, at: time.wallTime),
      !accounts.superseded(by: record).isEmpty
    else { return nil }
    return record
  }
}
