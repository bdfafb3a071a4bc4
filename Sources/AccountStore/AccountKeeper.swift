public import MatrixWire
public import Ports
internal import SmallFiles

/// The tokens of one account, as its sessions in all processes keep and renew them.
public struct AccountKeeper: CredentialKeeper {
  private let store: AccountStore
  private let user: UserID

  /// How long a renewal by another process is waited for; longer than it may take.
  private static let patience: Duration = .seconds(15)

  init(_ store: AccountStore, _ user: UserID) {
    self.store = store
    self.user = user
  }

  public func kept() async -> Credentials? { try? store.credentials(of: user) }

  public func keep(_ credentials: Credentials) async -> Bool {
    do throws(FileProblem) {
      try await store.renew(credentials)
      return true
    } catch {
      return false
    }
  }

  /// Goes on without the lock where it cannot be had: a renewal too many is better than none.
  public func alone<Value: Sendable>(_ body: () async -> Value) async -> Value {
    let lock = try? await store.lock(store.lockName(of: user), within: Self.patience)
    defer { lock?.release() }
    return await body()
  }
}

extension AccountStore {
  /// What the sessions of an account keep their tokens with.
  ///
  /// - Parameter user: whose account.
  /// - Returns: the keeper.
  public func keeper(of user: UserID) -> AccountKeeper { AccountKeeper(self, user) }
}
