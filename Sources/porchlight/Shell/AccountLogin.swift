internal import AccountStore
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports
internal import Screen
internal import SmallFiles
internal import Synchronization

/// A login whose session is kept as an account.
struct AccountLogin {
  let command: LoginCommand
  /// The user ID, or the name on the server that was named.
  let given: String

  private struct Made {
    let session: Session
    let method: Account.Method
    var oauth: OAuthClient?
  }

  func run() async throws {
    let accounts = try Accounts()
    if command.keyring { try await probeKeyring(accounts) }
    let server = try await discover()
    try await command.network.withExchange(to: server.baseURL.text) { exchange, _ in
      let client = Client(exchange: exchange, time: SystemTimekeeper())
      let before = try known(accounts, at: server.baseURL)
      let made = try await login(client, at: server.baseURL, going: before)
      do throws(Failure) {
        try check(made.session.userID, by: server.baseURL)
        try await keep(made, of: server, accounts, client)
      } catch {
        // A session that no client can go on with is not left behind; one that was given belongs to another client.
        if made.method != .accessToken { try? await made.session.logout() }
        throw error
      }
      let user = made.session.userID
      Output.line("Logged in as \(Output.identifier(user))")
      if UserID(given).map({ $0 != user }) ?? false {
        Output.remark("the server calls you \(user), and not \(given)")
      }
    }
  }

  /// Whether the session is that of the user who was named: a server may say anything, and is believed for its own users at most.
  private func check(_ user: UserID, by url: WebURL) throws(Failure) {
    guard let wanted = UserID(given) else { return }
    guard wanted.server == user.server, wanted.localpart.isASCIICaseInsensitiveEqual(to: user.localpart)
    else {
      throw Failure(
        "\(url.text) made a session of \(user) and not of \(wanted), so it was ended and nothing is kept; "
          + "log in as \(user) if that is you")
    }
  }

  /// Keeps the session as an account, and ends the one that it replaces.
  private func keep(
    _ made: Made, of server: DiscoveredServer, _ accounts: Accounts, _ client: Client
  ) async throws(Failure) {
    let user = made.session.userID
    let old = try Accounts.reading { () throws(FileProblem) in try accounts.store.account(of: user) }
    if let old, old.baseURL != server.baseURL, given != user.rawValue {
      throw Failure(
        "there is an account \(user) at \(old.baseURL.text), which a session at \(server.baseURL.text) does not replace: "
          + "give the whole user ID, or porchlight logout \(user) first")
    }
    // Those of a keyring that does not answer stay as they are.
    var replaced: Credentials?
    if let old { replaced = (try? await accounts.store.credentials(of: old)) ?? nil }
    let account = Account(
      userID: user, baseURL: server.baseURL, deviceID: made.session.credentials.deviceID, method: made.method,
      oauth: made.oauth, isInKeyring: command.keyring)
    do throws(FileProblem) {
      try await accounts.store.add(account, made.session.credentials)
    } catch {
      throw Failure("the session cannot be kept: \(error.message)")
    }
    if let old, let replaced { await end(old, replaced, replacedBy: account, client) }
  }

  // MARK: Finding the server

  private func discover() async throws -> DiscoveredServer {
    let discovery: ServerDiscovery
    if let homeserver = command.homeserver {
      guard let url = WebURL(homeserver) else {
        throw Failure("--homeserver takes a URL such as https://example.org", status: ExitStatus.usage)
      }
      discovery = ServerDiscovery(at: url)
    } else if let user = UserID(given) {
      discovery = ServerDiscovery(of: user.server)
    } else {
      throw Failure("'\(given)' is no user ID", status: ExitStatus.usage)
    }
    let web = try command.network.web()
    do throws(DiscoveryProblem) {
      return try await discovery.run(over: web)
    } catch {
      let hint = error.kind == .prompt ? " If you know its URL, give it with --homeserver." : ""
      throw Failure(error.message + hint, status: ExitStatus.network)
    }
  }

  // MARK: Logging in

  private func login(
    _ client: Client, at base: WebURL, going device: DeviceID?
  ) async throws -> Made {
    let url = base.text
    do {
      if command.secrets.accessTokenStdin { return try await adopt(client) }
      if command.secrets.loginTokenStdin {
        let session = try await client.login(
          token: try command.secrets.token(), deviceName: "porchlight", isRefreshable: true)
        return Made(session: session, method: .loginToken)
      }
      if !command.register, !command.secrets.isPassword {
        let methods = try await client.loginMethods()
        if methods.hasDeviceGrant, let server = methods.authorizationServer,
          let made = try await authorize(client, server, at: base, orAsk: methods.hasPassword)
        {
          return made
        }
        guard methods.hasPassword else { throw Self.noMethod(methods, url) }
      }
    } catch let error as SDKError {
      throw Failure(error, loggingInAt: url)
    }
    let password = try await command.secrets.password(confirmed: command.register)
    let session = try await command.session(
      of: client, password, at: url, isRefreshable: true, device: device)
    return Made(session: session, method: command.register ? .registration : .password)
  }

  /// A session that another client made, as far as the server knows it.
  private func adopt(_ client: Client) async throws -> Made {
    guard let token = AccessToken(try command.secrets.token()) else {
      throw Failure("an access token has at most 4096 bytes", status: ExitStatus.usage)
    }
    let session = try await client.session(token: token)
    if let user = UserID(given), user != session.userID {
      throw Failure("the token belongs to \(session.userID), not to \(user)")
    }
    return Made(session: session, method: .accessToken)
  }

  /// Nil where the server refuses before it has a page, and there is a password to ask for.
  private func authorize(
    _ client: Client, _ server: AuthorizationServer, at base: WebURL, orAsk hasPassword: Bool
  ) async throws -> Made? {
    var random = SystemRandomNumberGenerator()
    let name = (0..<12).map { _ in String(UnicodeScalar(UInt8.random(in: 0x41...0x5A, using: &random))) }
      .joined()
    guard let device = DeviceID(name) else { throw Failure("no device can be named") }
    let grant = DeviceGrant(
      server, of: base, device: device, as: .init(name: "porchlight", page: "https://porchlight.chat"))
    let web = try command.network.web()
    let shown = Shown()
    do throws(SDKError) {
      let session = try await client.login(by: grant, over: web) { prompt in
        shown.isShown.store(true, ordering: .relaxed)
        Self.show(prompt)
      }
      return Made(session: session, method: .oauth, oauth: session.oauthClient)
    } catch {
      guard hasPassword, case .refused = error.code, !shown.isShown.load(ordering: .relaxed) else {
        throw error
      }
      Output.remark(
        "\(server.tokenEndpoint.origin) lets no page be used (\(error.message)); the password does it too")
      return nil
    }
  }

  private final class Shown: Sendable {
    let isShown = Atomic<Bool>(false)
  }

  private static func show(_ prompt: DevicePrompt) {
    let left = (prompt.end - SystemTimekeeper().instant).wholeMilliseconds / 60_000
    Output.prompt(
      """
      Open this page in a browser, here or on another device:

          \(SafeText(untrusted: prompt.page.rawValue))

      and enter this code:

          \(SafeText(untrusted: prompt.code))


      """)
    if let page = prompt.completePage {
      Output.prompt("This page has it entered already: \(SafeText(untrusted: page.rawValue))\n")
    }
    Output.prompt("Waiting for you, at most \(max(1, left)) min; Ctrl-C gives up.\n")
  }

  private static func noMethod(_ methods: LoginMethods, _ url: String) -> Failure {
    let offered = methods.types.isEmpty ? "no way" : "only " + methods.types.joined(separator: ", ")
    return Failure(
      "\(url) offers \(offered) to log in, which porchlight cannot do: log in with another client, and give its "
        + "token with --access-token-stdin")
  }

  // MARK: Sessions before

  /// The device of a session that is to be replaced, so that the server keeps one and not two.
  private func known(_ accounts: Accounts, at base: WebURL) throws(Failure) -> DeviceID? {
    guard let user = UserID(given) else { return nil }
    let account = try Accounts.reading { () throws(FileProblem) in try accounts.store.account(of: user) }
    guard let account, account.baseURL == base, account.method == .password else { return nil }
    return account.deviceID
  }

  /// Ends the session that was kept before, where it is another one: no command can reach it any more.
  private func end(
    _ old: Account, _ credentials: Credentials, replacedBy new: Account, _ client: Client
  ) async {
    guard old.deviceID != new.deviceID, old.baseURL == new.baseURL, old.method != .accessToken else { return }
    guard let web = try? command.network.web(),
      let session = try? client.session(credentials, by: old.oauth.map { OAuthAccess($0, over: web) })
    else { return }
    try? await session.logout()
  }

  private func probeKeyring(_ accounts: Accounts) async throws(Failure) {
    guard let keyring = accounts.store.keyring else {
      throw Failure("--keyring needs secret-tool, which is not here: apt-get install libsecret-tools")
    }
    do throws(FileProblem) {
      try await keyring.probe(on: accounts.store.time)
    } catch {
      throw Failure("--keyring: \(error.message) Without --keyring the tokens are kept in a file.")
    }
  }
}
