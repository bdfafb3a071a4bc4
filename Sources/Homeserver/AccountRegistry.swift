internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Accounts, sessions and profiles, shared by all who answer requests: a value behind a lock, because nothing
/// in it ever waits.
///
/// It decides and it holds; it stores nothing. A caller that wants something changed takes the user's lock, asks here
/// what has to change, commits that, and gives it back to `apply`.
final class AccountRegistry: Sendable {
  private struct State: Sendable {
    var book: AccountBook
    var costs = PasswordCosts()
    var challenges: Challenges
    /// What people had in their profiles since the start and have no more, as `""`.
    var cleared: [UserID: Profile] = [:]
    var random: any RandomNumberGenerator & Sendable
  }

  private let server: ServerName
  let secrets: any SecretHasher
  private let decoyKey: [UInt8]
  private let state: Mutex<State>
  /// What others are shown of people who hide or appear offline.
  private let frozen: Mutex<[UserID: Profile]>

  init(
    server: ServerName, stored: StoredServer, secrets: any SecretHasher,
    random: some RandomNumberGenerator & Sendable
  ) {
    self.server = server
    self.secrets = secrets
    var random: any RandomNumberGenerator & Sendable = random
    let challengeKey = Self.bytes(32, from: &random)
    decoyKey = stored.decoyKey ?? Self.bytes(32, from: &random)
    let challenges = Challenges { [secrets] in secrets.authenticationCode(of: $0, key: challengeKey) }
    frozen = Mutex(
      Dictionary(
        stored.presenceRows.presence.compactMap { record in record.shownProfile.map { (record.user, $0) } },
        uniquingKeysWith: { $1 }))
    state = Mutex(State(book: AccountBook(stored.accountRows), challenges: challenges, random: random))
    state.withLock { state in
      for record in stored.accountRows.accounts { count(record.passwordHash, 1, in: &state.costs) }
    }
  }

  /// Makes changes true that are durable.
  func apply(_ changes: [AccountChange]) {
    state.withLock { state in
      for change in changes {
        if case .account(let record) = change {
          let before = state.book.accounts[record.user]?.record
          let cleared = record.profile.cleared(after: before?.profile, state.cleared[record.user])
          state.cleared[record.user] = cleared == Profile() ? nil : cleared
          count(before?.passwordHash, -1, in: &state.costs)
          count(record.passwordHash, 1, in: &state.costs)
        }
        state.book.apply(change)
      }
    }
  }

  private func count(_ hash: String?, _ change: Int, in costs: inout PasswordCosts) {
    guard let hash, let cost = secrets.cost(of: hash) else { return }
    if change > 0 { costs.add(hash, cost: cost) } else { costs.remove(cost: cost) }
  }

  /// What to compare a password with that is tried at a name without one, so that it is as much work as at others.
  func decoyHash(for name: String) -> String? {
    let code = secrets.authenticationCode(of: Array(name.utf8), key: decoyKey)
    let draw = code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return state.withLock { $0.costs.decoy(draw, present: secrets.cost) }
  }

  /// A code of a message that only this server can compute, for as long as its store lives.
  @Sendable func code(of message: [UInt8]) -> [UInt8] {
    secrets.authenticationCode(of: Array("code".utf8) + message, key: decoyKey)
  }

  /// Draws something at random.
  func draw<Value>(_ value: (inout any RandomNumberGenerator & Sendable) -> Value) -> Value {
    state.withLock { value(&$0.random) }
  }

  /// A device is used.
  func noteUse(of device: Device) { state.withLock { $0.book.noteUse(of: device) } }

  /// Asks something of all that is known.
  func read<Value: Sendable>(_ question: @Sendable (AccountBook) -> Value) -> Value {
    state.withLock { question($0.book) }
  }

  // MARK: Names

  /// The user ID a wanted name stands for, in lower case; a made-up one where none is wanted.
  ///
  /// - Throws: `M_INVALID_USERNAME` or `M_USER_IN_USE`.
  func available(_ username: String?) throws(MatrixError) -> UserID {
    guard let username else { return try available("guest-" + secret(bytes: 5)) }
    guard let user = UserID(localpart: username.asciiLowercased, server: server),
      user.isValidForRegistration
    else {
      throw MatrixError(
        .invalidUsername, "A user name is made of a-z, 0-9 and . _ = - / +, and not too long.")
    }
    guard !exists(user) else { throw Self.inUse(user) }
    return user
  }

  static func inUse(_ user: UserID) -> MatrixError { MatrixError(.userInUse, "\(user) exists already.") }

  func exists(_ user: UserID) -> Bool { read { $0.accounts[user] != nil } }

  func record(of user: UserID) -> AccountRecord? { read { $0.accounts[user]?.record } }

  /// The public profile, or nil for a user who does not exist.
  func profile(of user: UserID) -> Profile? { read { $0.accounts[user]?.record.profile } }

  /// The profile with all its fields, or nil for a user who does not exist.
  func publicProfile(of user: UserID) -> PublicProfile? {
    read { book in book.accounts[user].map { PublicProfile($0.record.profile, fields: $0.profileFields) } }
  }

  /// Which of name and picture a user had since the start and has no more: `""` for those.
  func clearedProfile(of user: UserID) -> Profile { state.withLock { $0.cleared[user] ?? Profile() } }

  /// The profile as everybody is shown it beside presence, in lists and invites: while its owner hides, the one from
  /// before. Only who asks for a profile by its owner's name is told what it is now.
  func announcedProfile(of user: UserID) -> Profile? { frozen.withLock { $0[user] } ?? profile(of: user) }

  /// From now on others are shown this; nil shows them the profile as it is.
  func freezeProfile(of user: UserID, as profile: Profile?) { frozen.withLock { $0[user] = profile } }

  // MARK: User-interactive authentication

  /// Opens user-interactive authentication; the name is good for 15 minutes.
  func openChallenge(for purpose: Challenges.Purpose, at now: Instant) -> String {
    let nonce = secret(bytes: 12)
    return state.withLock { $0.challenges.open(nonce, for: purpose, at: now) }
  }

  /// Whether authentication for that purpose is under way by that name.
  func isOpen(_ session: String, for purpose: Challenges.Purpose, at now: Instant) -> Bool {
    state.withLock { $0.challenges.isOpen(session, for: purpose, at: now) }
  }

  /// Keeps authentication for one who has passed it; false for a name that is not open (any more).
  func reserveChallenge(_ session: String, for purpose: Challenges.Purpose, at now: Instant) -> Bool {
    state.withLock { $0.challenges.reserve(session, for: purpose, at: now) }
  }

  /// Ends what was reserved: for ever where it was used, else it is open as before.
  func releaseChallenge(_ session: String, isUsed: Bool, at now: Instant) {
    state.withLock { $0.challenges.release(session, isUsed: isUsed, at: now) }
  }

  /// Random bytes as hexadecimal digits.
  func secret(bytes: Int) -> String { state.withLock { Self.bytes(bytes, from: &$0.random) }.hexadecimal }

  private static func bytes(_ count: Int, from random: inout any RandomNumberGenerator & Sendable) -> [UInt8]
  {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    // Eight at a time: each word is a call into the kernel.
    while bytes.count < count {
      let word: UInt64 = random.next()
      let rest = min(8, count - bytes.count)
      bytes += (0..<rest).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return bytes
  }
}

extension Profile {
  /// `""` for what is not set and was before, or was cleared before that.
  fileprivate func cleared(after before: Profile?, _ cleared: Profile?) -> Profile {
    func word(_ field: KeyPath<Profile, String?>) -> String? {
      guard self[keyPath: field] == nil else { return nil }
      return before?[keyPath: field] == nil ? cleared?[keyPath: field] : ""
    }
    return Profile(displayName: word(\.displayName), avatarURL: word(\.avatarURL))
  }
}
