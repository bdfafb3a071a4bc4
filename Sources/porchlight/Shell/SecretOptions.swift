internal import ArgumentParser
internal import Glibc
internal import MatrixWire
internal import Ports
internal import SmallFiles

/// Where the secret of a login comes from. None of them is an argument, which every process of the machine may read.
struct SecretOptions: ParsableArguments {
  @Flag(help: "Read the password from the first line of standard input, also where that is a terminal.")
  var passwordStdin = false

  @Option(
    help: ArgumentHelp("Take the password from the first line that a command prints.", valueName: "command"))
  var passwordCommand: String?

  @Flag(help: "Read a login token (m.login.token) from the first line of standard input.")
  var loginTokenStdin = false

  @Flag(help: "Read an access token, as another client has it, from the first line of standard input.")
  var accessTokenStdin = false

  private var count: Int {
    [passwordStdin, passwordCommand != nil, loginTokenStdin, accessTokenStdin].count { $0 }
  }

  /// Whether a token is given in place of a password.
  var isToken: Bool { loginTokenStdin || accessTokenStdin }

  /// Whether a password is given, so that there is no question how to log in.
  var isPassword: Bool { passwordStdin || passwordCommand != nil }

  func validate() throws {
    guard count <= 1 else {
      throw ValidationError(
        "--password-stdin, --password-command, --login-token-stdin and --access-token-stdin are four ways; give one"
      )
    }
    guard passwordCommand != "" else { throw ValidationError("--password-command takes a command, not ''") }
  }

  /// The password, from where it was said, or else as `Password` reads it.
  ///
  /// - Parameter confirmed: whether a new password is typed twice at a terminal.
  /// - Returns: the password.
  /// - Throws: `Failure` where there is none.
  func password(confirmed: Bool) async throws(Failure) -> String {
    guard let passwordCommand else { return try Password.read(confirmed: confirmed) }
    let end = try await Self.end(of: passwordCommand)
    // What it printed may be a secret, whatever went wrong.
    guard end.status == 0 else {
      throw Failure("the password command ended with \(end.status); no login was tried")
    }
    let line = end.output.prefix { $0 != UInt8(ascii: "\n") }
    guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else {
      throw Failure("the password command printed no password as its first line")
    }
    return text.hasSuffix("\r") ? String(text.dropLast()) : text
  }

  /// How long a password command may take: it may ask its user for something.
  private static let patience: Duration = .seconds(300)

  private static func end(of command: String) async throws(Failure) -> ChildProcess.End {
    do {
      let end = try await withDeadline(patience, on: SystemTimekeeper()) {
        try await ChildProcess.run(
          "/bin/sh", ["-c", command], environment: ProcessEnvironment().variables, input: nil)
      }
      if let end { return end }
    } catch let problem as FileProblem {
      throw Failure("the password command: \(problem.message)")
    } catch {
      throw Failure("the password command was cancelled")
    }
    throw Failure(
      "the password command did not end within \(patience.wholeMilliseconds / 60_000) min, and was ended; no login was tried"
    )
  }

  /// The token, from the first line of standard input.
  ///
  /// - Throws: `Failure` where there is none.
  func token() throws(Failure) -> String {
    let line = try Password.read(as: "Token: ", what: "token")
    let token = line.split(whereSeparator: \.isWhitespace)
    guard token.count == 1, let word = token.first else {
      throw Failure("a token is one word", status: ExitStatus.usage)
    }
    return String(word)
  }
}
