internal import Glibc
public import MatrixWire
public import Ports
public import SmallFiles

/// The accounts of the user of this machine, in a folder that only this user may enter: a file for each, and one that names the
/// default. Many processes may use it at once.
///
/// A file is there whole or not at all. A process that changes an account holds the lock of the account, and then that of the
/// folder, always in this order; a renewal holds that of the account from before it reads the tokens until the new ones are kept.
public struct AccountStore: Sendable {
  private let folder: String
  /// Where secrets may be kept instead; nil for none.
  public let keyring: Keyring?
  /// The clock that tells when tokens expire.
  public let time: any Timekeeper

  /// How long another process is waited for that changes accounts.
  static let patience: Duration = .seconds(10)
  /// How long a renewal by another process is waited for: longer than a server, a keyring that is read and written, and the lock
  /// of the folder together may take.
  static let renewalPatience: Duration = .seconds(45)

  /// - Parameters:
  ///   - folder: an absolute path; it is made where it is missing.
  ///   - keyring: where secrets may be kept instead; nil for none.
  ///   - time: the clock that tells when tokens expire.
  public init(folder: String, keyring: Keyring? = nil, time: any Timekeeper) {
    self.folder = folder
    self.keyring = keyring
    self.time = time
  }

  // MARK: Reading

  /// All accounts, ordered by user ID.
  ///
  /// - Throws: `FileProblem` where one of them cannot be read.
  public func accounts() throws(FileProblem) -> [Account] {
    var accounts: [Account] = []
    for file in try files() {
      if let stored = try read("\(folder)/\(file)") { accounts.append(stored.account) }
    }
    return accounts.sorted { $0.userID < $1.userID }
  }

  /// The account of a user.
  ///
  /// - Throws: `FileProblem` where it cannot be read.
  public func account(of user: UserID) throws(FileProblem) -> Account? {
    try read(path(of: user)).flatMap { $0.account.userID == user ? $0.account : nil }
  }

  /// The account that is meant where none is named: that which was chosen, or else the first.
  ///
  /// - Throws: `FileProblem` where it cannot be read.
  public func defaultAccount() throws(FileProblem) -> Account? {
    if let name = try PrivateFile.text(at: defaultPath), let user = UserID(Self.line(name)),
      let account = try account(of: user)
    {
      return account
    }
    return try accounts().first
  }

  /// The tokens of a session, with the time that is left to the access token as of now.
  ///
  /// - Parameter account: the session.
  /// - Returns: nil where there is no such account, or one of another session, or the keyring has nothing of it.
  /// - Throws: `FileProblem` where they cannot be read.
  public func credentials(of account: Account) async throws(FileProblem) -> Credentials? {
    let user = account.userID
    guard let stored = try read(path(of: user)), stored.account.isSameSession(as: account) else { return nil }
    var secrets = stored.secrets
    if stored.account.isInKeyring {
      guard let keyring else {
        throw FileProblem("The tokens of \(user) are in a keyring, and there is none here.")
      }
      secrets = try await keyring.secrets(of: user, on: time)
    }
    guard let secrets else { return nil }
    return Credentials(
      userID: user, deviceID: stored.account.deviceID, accessToken: secrets.accessToken,
      refreshToken: secrets.refreshToken, expiresIn: secrets.life(at: time.wallTime))
  }

  // MARK: Writing

  /// Keeps an account in place of one of the same user. The first becomes the default. What a keyring has of the one before goes
  /// where the keyring answers.
  ///
  /// - Parameters:
  ///   - account: what is known of it.
  ///   - credentials: its tokens.
  /// - Throws: `FileProblem` where it cannot be kept; nothing has changed then.
  public func add(_ account: Account, _ credentials: Credentials) async throws(FileProblem) {
    let locks = try await locks(of: account.userID)
    defer { locks.release() }
    let isFirst = try accounts().isEmpty
    let before = try self.account(of: account.userID)
    try await write(account, credentials)
    if isFirst { try PrivateFile.replace(defaultPath, with: account.userID.rawValue + "\n") }
    if before?.isInKeyring == true, !account.isInKeyring {
      try? await keyring?.remove(account.userID, on: time)
    }
  }

  /// Forgets an account and its tokens, unless another session of its user has taken its place.
  ///
  /// - Parameters:
  ///   - account: the account.
  ///   - leavesKeyring: whether it is forgotten even where the keyring does not forget its tokens.
  /// - Throws: `FileProblem` where it cannot be forgotten.
  public func remove(_ account: Account, leavesKeyring: Bool = false) async throws(FileProblem) {
    let user = account.userID
    let locks = try await locks(of: user)
    defer { locks.release() }
    guard let stored = try self.account(of: user), stored.isSameSession(as: account) else { return }
    if stored.isInKeyring {
      do throws(FileProblem) {
        try await keyring?.remove(user, on: time)
      } catch {
        guard leavesKeyring else { throw error }
      }
    }
    let path = path(of: user)
    guard unlink(path) == 0 || errno == ENOENT else {
      throw FileProblem("The file \(path) cannot be removed: \(String(cString: strerror(errno)))")
    }
    if let name = try PrivateFile.text(at: defaultPath), Self.line(name) == user.rawValue {
      unlink(defaultPath)
    }
  }

  /// Chooses the account that is meant where none is named.
  ///
  /// - Parameter user: whose; it has to be there.
  /// - Throws: `FileProblem` where it cannot be chosen.
  public func setDefault(_ user: UserID) async throws(FileProblem) {
    let lock = try await lock("lock", within: Self.patience)
    defer { lock.release() }
    guard try account(of: user) != nil else { throw FileProblem("There is no account \(user).") }
    try PrivateFile.replace(defaultPath, with: user.rawValue + "\n")
  }

  /// Keeps renewed tokens of a session, where it is still the one that is kept of its user. Its renewal holds the lock of the account.
  func renew(_ account: Account, _ credentials: Credentials) async throws(FileProblem) {
    let lock = try await lock("lock", within: Self.patience)
    defer { lock.release() }
    guard let stored = try self.account(of: account.userID), stored.isSameSession(as: account) else {
      throw FileProblem("The session of \(account.userID) is not kept any more.")
    }
    try await write(stored, credentials)
  }

  private struct Locks {
    let account: FileLock
    let folder: FileLock

    func release() {
      folder.release()
      account.release()
    }
  }

  private func locks(of user: UserID) async throws(FileProblem) -> Locks {
    let account = try await lock(lockName(of: user), within: Self.renewalPatience)
    return Locks(account: account, folder: try await lock("lock", within: Self.patience))
  }

  /// Takes a lock, waiting for the process that has it.
  func lock(_ name: String, within patience: Duration) async throws(FileProblem) -> FileLock {
    try PrivateFolder.make(folder)
    let end = time.instant + patience
    while true {
      if let lock = try FileLock.acquire("\(folder)/\(name)") { return lock }
      guard time.instant < end, (try? await time.sleep(until: time.instant + .milliseconds(50))) != nil else {
        throw FileProblem("Another process keeps the accounts in \(folder) to itself.")
      }
    }
  }

  /// The name of the lock that renewals of an account hold.
  func lockName(of user: UserID) -> String { "\(Self.fileName(of: user)).lock" }

  private func write(_ account: Account, _ credentials: Credentials) async throws(FileProblem) {
    guard let secrets = Secrets(credentials, at: time.wallTime) else {
      throw FileProblem("There is no access token of \(account.userID).")
    }
    if account.isInKeyring {
      guard let keyring else { throw FileProblem("There is no keyring for the tokens of \(account.userID).") }
      try await keyring.keep(secrets, of: account.userID, on: time)
    }
    let stored = StoredAccount(account: account, secrets: account.isInKeyring ? nil : secrets)
    try PrivateFile.replace(
      path(of: account.userID), with: String(decoding: WireJSON.encode(stored), as: UTF8.self) + "\n")
  }

  // MARK: Files

  private var defaultPath: String { "\(folder)/default" }

  private func path(of user: UserID) -> String { "\(folder)/\(Self.fileName(of: user)).json" }

  /// FNV-1a: the same in every process, and only there to make a name of a user ID; the file says whose it is.
  private static func fileName(of user: UserID) -> String {
    let hash = user.rawValue.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }

  private static func line(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }

  private func read(_ path: String) throws(FileProblem) -> StoredAccount? {
    guard let text = try PrivateFile.text(at: path) else { return nil }
    do throws(MatrixError) {
      return try WireJSON.decode(StoredAccount.self, from: Array(text.utf8))
    } catch {
      // What the file holds is a secret, whatever it is.
      throw FileProblem("The file \(path) is no account of porchlight; move it away.")
    }
  }

  private func files() throws(FileProblem) -> [String] {
    guard let directory = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw FileProblem("The folder \(folder) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    return names
  }
}
