internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Starts sessions, of accounts that exist and of new ones, for clients that have proved whose they are.
struct SessionStarter: Sendable {
  let accounts: AccountRegistry
  let writer: AccountWriter
  let presence: PresenceService
  let lifetimes: TokenLifetimes
  let time: any Timekeeper

  /// A session of a user; nil where they have no account.
  ///
  /// - Throws: `StoreError` where it cannot be stored.
  func logIn(_ user: UserID, _ wish: LoginWish) async throws -> Credentials? {
    try await writer.locks.withLock([user]) {
      guard accounts.exists(user) else { return nil }
      let session = accounts.logIn(user, wish, lifetimes, at: time.wallTime)
      let isNew = accounts.description(of: session.device) == nil
      try await writer.commit(session.changes)
      accounts.noteUse(of: session.device)
      for device in session.ended { await presence.removeDevice(device) }
      // The client that held the device before holds it no longer: its polls end with its tokens.
      if !isNew { await presence.endPolls(of: session.device) }
      return credentials(session)
    }
  }

  /// Makes an account, and a session on it where one is wanted, in one commit.
  ///
  /// - Throws: `M_USER_IN_USE` where another registration was faster, `StoreError` where it cannot be stored.
  func create(_ user: UserID, _ passwordHash: String?, _ wish: LoginWish?) async throws -> Credentials {
    // The name is theirs while they have the lock.
    try await writer.locks.withLock([user]) {
      guard !accounts.exists(user) else { throw AccountRegistry.inUse(user) }
      let now = time.wallTime
      let session = wish.map { accounts.logIn(user, $0, lifetimes, at: now) }
      let changes =
        [.account(AccountRecord(user: user, passwordHash: passwordHash, createdAt: now))]
        + (session?.changes ?? [])
      try await writer.persistence.commit(
        changes.map(StoreChange.accounts) + [
          .presence(.presence(PresenceRecord(user: user, lastActive: now)))
        ])
      await presence.register(user)
      accounts.apply(changes)
      if let device = session?.device { accounts.noteUse(of: device) }
      return session.map(credentials)
        ?? Credentials(userID: user, deviceID: nil, accessToken: nil, homeServer: user.server)
    }
  }

  private func credentials(_ session: NewSession) -> Credentials {
    Credentials(
      userID: session.device.user, deviceID: session.device.id, accessToken: session.access,
      refreshToken: session.refresh, expiresIn: session.expiresIn?.wholeMilliseconds,
      homeServer: session.device.user.server)
  }
}
