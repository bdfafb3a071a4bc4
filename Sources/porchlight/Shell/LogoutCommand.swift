internal import AccountStore
internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import SmallFiles

/// `porchlight logout`: a session ends, and what was kept of it goes.
struct LogoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "End the session of an account, and forget it.",
    discussion: """
      Without ACCOUNT it is the default one. A server that does not answer cannot end the session: the account stays \
      then, unless --forget is given. With --homeserver and --token-file it is the session of that token, and its file goes.
      """)

  @Argument(help: "@ann:example.org, or ann where that is enough.")
  var account: String?

  @Option(help: ArgumentHelp("The homeserver of a token, by its base URL.", valueName: "url"))
  var homeserver: String?

  @Option(help: ArgumentHelp("The file that holds the token.", valueName: "file"))
  var tokenFile: String?

  @Flag(help: "Forget the account even where its server cannot be told.")
  var forget = false

  @OptionGroup var network: NetworkOptions

  func validate() throws {
    guard (homeserver == nil) == (tokenFile == nil) else {
      throw ValidationError("--homeserver and --token-file go together")
    }
    guard account == nil || tokenFile == nil else {
      throw ValidationError("give an account, or --token-file")
    }
    guard !forget || tokenFile == nil else { throw ValidationError("--forget goes with an account") }
    if let homeserver { _ = try ServerOptions.address(homeserver) }
  }

  func run() async throws {
    if let homeserver, let tokenFile {
      try await endToken(in: tokenFile, at: homeserver)
      return
    }
    let accounts = try Accounts()
    guard let account = try self.account.map({ try accounts.named($0) }) ?? Accounts.usual() else {
      throw Failure("there is no account to log out", status: ExitStatus.notLoggedIn)
    }
    do {
      try await end(account, accounts)
    } catch {
      let problem = error as? Failure ?? Failure("\(error)")
      let words = "the session of \(account.userID) is not ended: \(problem.message.clause)"
      guard forget else { throw Failure("\(words); --forget forgets it here", status: problem.status) }
      Output.complain("\(words); the account is forgotten all the same")
    }
    try await Accounts.reading { () async throws(FileProblem) in
      try await accounts.store.remove(account, leavesKeyring: forget)
    }
  }

  /// Ends the session on its server. One that the server does not know any more is what was wanted.
  private func end(_ account: Account, _ accounts: Accounts) async throws {
    let stored: Credentials?
    do throws(FileProblem) {
      stored = try await accounts.store.credentials(of: account)
    } catch {
      throw Failure(error.message)
    }
    guard let stored else { return }
    try await network.withSession(of: account, stored, accounts) { session in
      do throws(SDKError) {
        try await session.logout()
      } catch {
        // What a server refuses here has nothing to do with lists.
        if case .refused = error.code { throw Failure(error.message) }
        guard error.code == .loggedOut else { throw Failure(error) }
      }
    }
  }

  private func endToken(in tokenFile: String, at homeserver: String) async throws {
    let token = try TokenFile.read(tokenFile)
    try await network.withExchange(to: homeserver) { exchange, _ in
      do throws(SDKError) {
        try await Client(exchange: exchange, time: SystemTimekeeper()).session(token: token).logout()
      } catch {
        // A token the server does not know any more is what was wanted.
        guard error.code == .loggedOut else { throw Failure(error) }
      }
    }
    try TokenFile.remove(tokenFile)
  }
}
