public import MatrixWire
public import Ports
internal import SmallFiles

/// The tokens of one session, as all processes that go on with it keep and renew them. What is kept of another session of the
/// same user is none of its business: it is neither taken nor replaced.
public struct AccountKeeper: CredentialKeeper {
  private let store: AccountStore
  private let account: Account

  init(_ store: AccountStore, _ account: Account) {
    self.store = store
    self.account = account
  }

  public func kept() async throws(CredentialProblem) -> Credentials? {
    do throws(FileProblem) {
      return try await store.credentials(of: account)
    } catch {
      throw CredentialProblem(error.message)
    }
  }

  public func keep(_ credentials: Credentials) async -> Bool {
    do throws(FileProblem) {
      try await store.renew(account, credentials)
      return true
    } catch {
      return false
    }
  }

  /// What is urgent goes on without the lock where it cannot be had: a renewal too many is better than none.
  public func alone<Value: Sendable>(isUrgent: Bool, _ body: () async -> Value) async -> Value? {
    let patience = isUrgent ? AccountStore.renewalPatience : AccountStore.patience
    let lock = try? await store.lock(store.lockName(of: account.userID), within: patience)
    defer { lock?.release() }
    return lock != nil || isUrgent ? await body() : nil
  }
}

extension AccountStore {
  /// What the sessions of an account keep their tokens with.
  ///
  /// - Parameter account: the account as it was read: the keeper is of this session and no other.
  /// - Returns: the keeper.
  public func keeper(of account: Account) -> AccountKeeper { AccountKeeper(self, account) }
}
