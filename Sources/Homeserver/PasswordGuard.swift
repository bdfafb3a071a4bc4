internal import MatrixWire
internal import Ports
internal import Synchronization

/// How often passwords may be tried, and who is held to it.
///
/// Every try counts where it comes from, and a right one is given back:
/// - for the address, whatever account is tried from it;
/// - for the account, from all other places: one bucket for all of them together, so that an attacker with many
///   addresses has no more guesses than one with few.
///
/// So an attacker could use up an account's bucket and lock its owner out. Therefore places from which the account is used
/// (`KnownPlaces`: the last addresses with the right password or a token) have a bucket each, and count in no other; and so
/// has each device of the account that a login names, beside its address's. A device counts where its ID is too long to be
/// guessed; nobody is shown those of others. From such a place the right password is let in whatever is tried elsewhere, and
/// wrong ones are held to the same rate.
final class PasswordGuard: Sendable {
  private let accounts: AccountRegistry
  private let limiter: RequestLimiter
  private let time: any Timekeeper
  let work: PasswordWork
  private let places = Mutex(KnownPlaces())

  init(_ accounts: AccountRegistry, _ limiter: RequestLimiter, time: any Timekeeper) {
    self.accounts = accounts
    self.limiter = limiter
    self.time = time
    work = PasswordWork(accounts.secrets)
  }

  /// What a try at a password counts for.
  struct Guess {
    /// The buckets it is charged to.
    let subjects: [RateLimiter.Subject]
    /// Whose turn the work takes.
    let share: PasswordWork.Share
  }

  /// Whose try it is.
  ///
  /// - Parameters:
  ///   - user: whose password is tried, whether they exist or not; nil where the name can be no user's.
  ///   - device: the device that a session is wanted for.
  ///   - requester: who tries.
  /// - Returns: what the try counts for.
  func guess(at user: UserID?, on device: DeviceID?, from requester: Requester) -> Guess {
    let address = requester.subject
    if let user, let address, places.withLock({ $0.contains(address, of: user) }) {
      let place = RateLimiter.Subject.place(user, address: address)
      return Guess(subjects: [place], share: .init(source: place, isKnown: true))
    }
    if let user, let device, device.rawValue.utf8.count >= Self.shortestProof,
      accounts.isLoggedIn(Device(user: user, id: device))
    {
      return guess(at: user, on: device, address)
    }
    let account = user.map { RateLimiter.Subject.user($0) }
    let subjects = [address, account].compactMap(\.self)
    return Guess(subjects: subjects, share: .init(source: subjects.first ?? .address(""), isKnown: false))
  }

  /// A try by a session of the account itself, on its device.
  func guess(bySessionOn device: Device) -> Guess { guess(at: device.user, on: device.id, nil) }

  private func guess(at user: UserID, on device: DeviceID, _ address: RateLimiter.Subject?) -> Guess {
    let place = RateLimiter.Subject.device(user, device)
    return Guess(subjects: [address, place].compactMap(\.self), share: .init(source: place, isKnown: true))
  }

  /// Devices get their IDs from here with ten digits drawn at random. Clients may choose shorter ones.
  private static let shortestProof = 10

  /// Counts a try, as a guess and as a login: for all it concerns, or where one of them is over its limit for none.
  ///
  /// - Throws: 429 `M_LIMIT_EXCEEDED`.
  func charge(_ guess: Guess) throws(APIError) {
    let charges =
      guess.subjects.map { (RateLimiter.Action.failedLogin, $0) } + guess.subjects.map { (.login, $0) }
    for (index, charge) in charges.enumerated() {
      do throws(APIError) {
        try limiter.charge(charge.0, charge.1)
      } catch {
        for (action, subject) in charges.prefix(index) { limiter.refund(action, subject) }
        throw error
      }
    }
  }

  /// Whether a password is that of an account. For a name without an account or without a password, it is as much work
  /// as for one with.
  func isPassword(
    _ password: String, of user: UserID?, named name: String, _ share: PasswordWork.Share
  ) async throws -> Bool {
    guard password.utf8.count <= Self.longestPassword else { return false }
    let decoy = accounts.decoyHash(for: user?.rawValue ?? name)
    let hash = user.flatMap { accounts.record(of: $0)?.passwordHash }
    let isRight = try await work.verify(password: password, against: hash ?? decoy, share)
    // A decoy may be the hash of another account: whether it matches must not be told.
    return hash != nil && isRight
  }

  /// Of a password, in bytes. Longer ones would only be work.
  static let longestPassword = 1024

  /// It was no guess: the password was right, by a session of the account. The try is given back.
  func wasRight(_ guess: Guess) {
    for subject in guess.subjects { limiter.refund(.failedLogin, subject) }
  }

  /// The same for a login: from now on the address is known for the account.
  func wasRight(_ guess: Guess, for user: UserID, from requester: Requester) {
    wasRight(guess)
    notePlace(of: user, requester)
  }

  /// Remembers from where a token is used.
  func notePlace(of token: AccessToken, _ requester: Requester) {
    guard requester.subject != nil, case .valid(let record) = accounts.find(token, .access, at: time.wallTime)
    else {
      return
    }
    notePlace(of: record.user, requester)
  }

  private func notePlace(of user: UserID, _ requester: Requester) {
    guard let address = requester.subject else { return }
    places.withLock { $0.insert(address, of: user) }
  }
}
