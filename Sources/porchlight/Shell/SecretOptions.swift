internal import ArgumentParser
internal import Glibc
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
  func password(confirmed: Bool) throws(Failure) -> String {
    guard let passwordCommand else { return try Password.read(confirmed: confirmed) }
    let end: ChildProcess.End
    do throws(FileProblem) {
      end = try ChildProcess.run(
        "/bin/sh", ["-c", passwordCommand], environment: ProcessEnvironment().variables, input: nil)
    } catch {
      throw Failure("the password command: \(error.message)")
    }
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
