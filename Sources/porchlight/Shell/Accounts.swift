internal import AccountStore
internal import MatrixWire
internal import SmallFiles

/// The accounts of the user of this machine, as commands name them.
struct Accounts {
  let store: AccountStore

  /// - Throws: `Failure` where there is no home to keep them in.
  init() throws(Failure) {
    let surroundings = ProcessEnvironment()
    guard let folder = surroundings.stateFolder else {
      throw Failure("there is no HOME to keep accounts in", status: ExitStatus.usage)
    }
    let keyring = surroundings.program("secret-tool").map {
      Keyring(program: $0, environment: surroundings.variables)
    }
    store = AccountStore(folder: folder + "/accounts", keyring: keyring, time: SystemTimekeeper())
  }

  /// The account that is meant where none is named; nil where there is none.
  static func usual() throws(Failure) -> Account? {
    // Without a home there are no accounts, and commands go on without.
    guard ProcessEnvironment().stateFolder != nil else { return nil }
    let accounts = try Accounts()
    return try reading { () throws(FileProblem) in try accounts.store.defaultAccount() }
  }

  /// An account by its user ID, or by the name in it where that is enough.
  ///
  /// - Throws: `Failure` where there is no such account, or more than one.
  func named(_ text: String) throws(Failure) -> Account {
    let all = try Self.reading { () throws(FileProblem) in try store.accounts() }
    let found = all.filter { $0.userID.rawValue == text || "\($0.userID.localpart)" == text }
    if let account = found.first, found.count == 1 { return account }
    guard found.isEmpty else {
      let names = found.map(\.userID.rawValue).joined(separator: ", ")
      throw Failure("'\(text)' may be \(names): give the whole user ID", status: ExitStatus.usage)
    }
    let names = all.map(\.userID.rawValue).joined(separator: ", ")
    throw Failure(
      "there is no account '\(text)'; "
        + (all.isEmpty ? "porchlight login @you:example.org makes one" : "there is \(names)"),
      status: ExitStatus.notLoggedIn)
  }

  /// The tokens of an account.
  func credentials(of account: Account) async throws(Failure) -> Credentials {
    let found = try await Self.reading { () async throws(FileProblem) in
      try await store.credentials(of: account)
    }
    guard let found else {
      throw Failure(
        "the tokens of \(account.userID) are gone; porchlight login \(account.userID) makes others",
        status: ExitStatus.notLoggedIn)
    }
    return found
  }

  static func reading<Value>(_ read: () throws(FileProblem) -> Value) throws(Failure) -> Value {
    do throws(FileProblem) {
      return try read()
    } catch {
      throw Failure("the accounts: \(error.message)")
    }
  }

  static func reading<Value>(
    _ read: () async throws(FileProblem) -> Value
  ) async throws(Failure) -> Value {
    do throws(FileProblem) {
      return try await read()
    } catch {
      throw Failure("the accounts: \(error.message)")
    }
  }
}
