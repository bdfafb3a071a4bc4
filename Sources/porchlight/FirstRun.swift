internal import AccountStore
internal import ArgumentParser
internal import Glibc

/// What a person is asked who starts the roster and has no account yet.
enum FirstRun {
  enum Choice {
    case account(Account)
    case offline
    case demo
    case nothing
  }

  /// Whether a person can read the question and answer it.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && Output.isTerminal }

  private static let question = """
    porchlight shows who is around. You have no account here yet.

      1  log in to a Matrix account
      2  the offline server of this machine: nobody but you, nothing to log in to
      3  look around in a demo first
      q  quit


    """

  /// Asks until there is an answer, and logs in where that is it.
  ///
  /// - Parameter network: how the roster was told to reach homeservers, which counts for the login too.
  /// - Returns: what to show.
  /// - Throws: `Failure` where standard input cannot be read.
  static func ask(_ network: NetworkOptions) async throws -> Choice {
    Output.prompt(question)
    while true {
      Output.prompt("1, 2, 3 or q: ")
      switch word() {
      case "1":
        if let account = try await logIn(network) { return .account(account) }
      case "2": return .offline
      case "3": return .demo
      case "q", "quit", nil: return .nothing
      default: break
      }
    }
  }

  /// Nil where it did not work: what went wrong has been said, and another try costs nothing.
  private static func logIn(_ network: NetworkOptions) async throws -> Account? {
    Output.prompt("Your user ID, such as @ann:example.org: ")
    guard let user = word(), !user.isEmpty else { return nil }
    do {
      guard var command = try RootCommand.parseAsRoot(["login", "--", user]) as? LoginCommand else {
        return nil
      }
      command.network = network
      try await command.run()
      return try Accounts.usual()
    } catch let failure as Failure {
      Output.complain(failure.message)
    } catch {
      Output.complain(RootCommand.message(for: error))
    }
    return nil
  }

  /// A line of the terminal without the blanks around it; nil at the end of input.
  private static func word() -> String? {
    guard let line = readLine() else { return nil }
    let rest = line.drop(while: \.isWhitespace)
    return String(rest.prefix { !$0.isWhitespace })
  }
}
