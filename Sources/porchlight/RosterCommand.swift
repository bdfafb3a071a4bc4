internal import ArgumentParser
internal import LocalServer
internal import PorchlightApp
internal import PorchlightSDK
internal import Screen

/// `porchlight`: the roster.
struct RosterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster", abstract: "Show the roster; what porchlight does without a subcommand.",
    discussion: """
      On the offline server, on one of your own by its socket, or on any other with a token: say which by \
      --offline, --unix PATH, or --homeserver URL --token-file F. Ends with 3 where the server does not know the \
      token (any more), and with 4 where nobody answers at the start; later it waits and tells you.
      """)

  @Flag(help: "Show the roster of this machine's own homeserver; nothing leaves the machine.")
  var offline = false

  @OptionGroup var server: ServerOptions

  @OptionGroup var roster: RosterOptions

  func validate() throws {
    guard !offline || server.isOffline else {
      throw ValidationError("--offline goes without --homeserver and --unix")
    }
    guard offline || !server.isOffline || server.name == nil else {
      throw ValidationError("--as goes with --offline or --unix")
    }
  }

  func run() async throws {
    guard offline || !server.isOffline else {
      Output.error(RootCommand.helpMessage())
      Output.complain(
        "which roster? --offline, --unix PATH, or --homeserver URL --token-file F; demo shows one")
      throw ExitCode(ExitStatus.usage)
    }
    // The session first: until there is one, Ctrl-C is the terminal's own.
    try await server.withSession(as: .roster) { session, local in
      let unsent = UnsentStatusFile(
        session.userID, at: server.homeserver ?? server.unix ?? "the offline server")
      defer { unsent.sayFarewell() }
      try await roster.run { terminal, options in
        var options = options
        options.unsentStatus = unsent.read()
        options.keepUnsentStatus = { unsent.keep($0) }
        if let local {
          options.emptyHint = "another user on this machine: porchlight --offline --as NAME"
          options.meetsOthers = false
          options.willSuspend = { await local.pause() }
          options.didResume = { local.resume() }
        }
        return await Runtime(
          session: session, device: terminal, time: session.time, options: options
        ).run()
      }
    }
  }
}
