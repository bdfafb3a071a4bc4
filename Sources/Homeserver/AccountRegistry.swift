internal import MatrixWire
internal import Ports
internal import Synchronization

/// One logged-in device of one person.
struct Device: Hashable, Sendable {
  let user: UserID
  let id: DeviceID
}

/// Accounts, sessions and profiles, shared by all who answer requests: a value behind a lock, because nothing
/// in it ever waits.
final class AccountRegistry: Sendable {
  private struct Account: Sendable {
    var profile = Profile()
    var tokens: [DeviceID: AccessToken] = [:]
  }

  private struct State: Sendable {
    var random: any RandomNumberGenerator & Sendable
    var accounts: [UserID: Account] = [:]
    var sessions: [AccessToken: Device] = [:]
    var challenges: [String: Instant] = [:]
  }

  private static let challengeLifetime = Duration.seconds(15 * 60)
  private static let openChallenges = 1_000

  private let server: ServerName
  private let state: Mutex<State>

  init(server: ServerName, random: some RandomNumberGenerator & Sendable) {
    self.server = server
    state = Mutex(State(random: random))
  }

  // MARK: Registration

  /// The user ID a wanted name stands for, in lower case; a made-up one where none is wanted.
  ///
  /// - Throws: `M_INVALID_USERNAME` or `M_USER_IN_USE`.
  func available(_ username: String?) throws(MatrixError) -> UserID {
    guard let username else {
      return try available("guest-" + state.withLock { Self.secret(bytes: 5, &$0.random) })
    }
    guard let user = UserID(localpart: username.lowercased(), server: server),
      user.isValidForRegistration
    else {
      throw MatrixError(
        .invalidUsername, "A user name is made of a-z, 0-9 and . _ = - / +, and not too long.")
    }
    guard !exists(user) else { throw MatrixError(.userInUse, "\(user) exists already.") }
    return user
  }

  /// Opens user-interactive authentication; the name is good for 15 minutes.
  func openChallenge(at now: Instant) -> String {
    state.withLock { state in
      state.challenges = state.challenges.filter { $0.value > now }
      if state.challenges.count >= Self.openChallenges,
        let oldest = state.challenges.min(by: { $0.value < $1.value })
      {
        state.challenges[oldest.key] = nil
      }
      let session = Self.secret(bytes: 12, &state.random)
      state.challenges[session] = now + Self.challengeLifetime
      return session
    }
  }

  /// Ends user-interactive authentication; false for a name that was never given or is too old.
  func closeChallenge(_ session: String, at now: Instant) -> Bool {
    state.withLock { $0.challenges.removeValue(forKey: session).map { $0 > now } ?? false }
  }

  /// Makes the account.
  ///
  /// - Throws: `M_USER_IN_USE` where somebody was faster.
  func register(_ user: UserID) throws(MatrixError) {
    let isNew = state.withLock { state in
      guard state.accounts[user] == nil else { return false }
      state.accounts[user] = Account()
      return true
    }
    guard isNew else { throw MatrixError(.userInUse, "\(user) exists already.") }
  }

  /// Makes a session on a device, which gets a name where it has none. An older session of the same device
  /// ends with it.
  func logIn(_ user: UserID, device wanted: DeviceID?) -> Credentials {
    state.withLock { state in
      let id = wanted ?? DeviceID(Self.secret(bytes: 5, &state.random).uppercased())
      let token = AccessToken("porchlight_" + Self.secret(bytes: 32, &state.random))
      guard let id, let token else { return Credentials(userID: user, deviceID: nil, accessToken: nil) }
      if let old = state.accounts[user]?.tokens.updateValue(token, forKey: id) {
        state.sessions[old] = nil
      }
      state.sessions[token] = Device(user: user, id: id)
      return Credentials(userID: user, deviceID: id, accessToken: token)
    }
  }

  // MARK: Sessions

  func device(for token: AccessToken) -> Device? { state.withLock { $0.sessions[token] } }

  func isLoggedIn(_ device: Device) -> Bool {
    state.withLock { $0.accounts[device.user]?.tokens[device.id] != nil }
  }

  /// Ends the session of one device, or with nil of all; returns the devices that are gone.
  func logOut(_ user: UserID, device: DeviceID?) -> [DeviceID] {
    state.withLock { state in
      let ids = (state.accounts[user]?.tokens.keys).map(Array.init) ?? []
      let gone = ids.filter { device == nil || $0 == device }
      for id in gone {
        if let token = state.accounts[user]?.tokens.removeValue(forKey: id) { state.sessions[token] = nil }
      }
      return gone.sorted { $0.rawValue < $1.rawValue }
    }
  }

  // MARK: Profiles

  func exists(_ user: UserID) -> Bool { state.withLock { $0.accounts[user] != nil } }

  /// The public profile, or nil for somebody who does not exist.
  func profile(of user: UserID) -> Profile? { state.withLock { $0.accounts[user]?.profile } }

  /// Changes a profile; returns whether anything is different now.
  func changeProfile(of user: UserID, _ change: (inout Profile) -> Void) -> Bool {
    state.withLock { state in
      guard var account = state.accounts[user] else { return false }
      let before = account.profile
      change(&account.profile)
      state.accounts[user] = account
      return before != account.profile
    }
  }

  /// Random bytes as hexadecimal digits.
  private static func secret(bytes: Int, _ random: inout any RandomNumberGenerator & Sendable) -> String {
    var text = ""
    for _ in 0..<bytes {
      let byte = UInt8.random(in: .min ... .max, using: &random)
      text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return text
  }
}
