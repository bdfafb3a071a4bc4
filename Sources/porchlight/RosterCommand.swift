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
      Of your default account, or of the one that --account names; on the offline server with --offline, on one of \
      your own by its socket with --unix PATH, or on any other with --homeserver URL --token-file F. Without an account \
      it asks what to do, where a person can answer. Ends with 3 where the server does not know the session (any \
      more), and with 4 where nobody answers at the start; later it waits and tells you.
      """)

  @OptionGroup var server: ServerOptions

  @OptionGroup var roster: RosterOptions

  func validate() throws {
    guard server.offline || server.unix != nil || server.name == nil else {
      throw ValidationError("--as goes with --offline or --unix")
    }
  }

  func run() async throws {
    if let choice = try server.choice() {
      try await show(choice)
      return
    }
    guard FirstRun.isPossible else {
      Output.error(RootCommand.helpMessage())
      Output.complain(
        "which roster? porchlight login @you:example.org makes an account; or --offline, --unix PATH, or "
          + "--homeserver URL --token-file F; demo shows one")
      throw ExitCode(ExitStatus.usage)
    }
    switch try await FirstRun.ask(server.network) {
    case .account(let account): try await show(.account(account))
    case .offline: try await show(.offline)
    case .demo:
      guard var demo = try RootCommand.parseAsRoot(["demo"]) as? DemoCommand else { return }
      demo.roster = roster
      try await demo.run()
    case .nothing: break
    }
  }

  private func show(_ choice: ServerChoice) async throws {
    // The session first: until there is one, Ctrl-C is the terminal's own.
    try await server.withSession(on: choice, as: .roster) { session, local in
      let unsent = UnsentStatusFile(session.userID, at: choice.place)
      defer { unsent.sayFarewell() }
      try await roster.run { terminal, options in
        var options = options
        options.unsentStatus = unsent.read()
        options.keepUnsentStatus = { unsent.keep($0) }
        options.didLeaveTooSoon = { unsent.leftTooSoon() }
        if let local {
          options.emptyHint = "another user on this machine: porchlight --offline --as NAME"
          options.meetsOthers = false
          options.willSuspend = { await local.pause() }
          options.didResume = { local.resume() }
        }
        return await Runtime(
          session: session, capabilities: local == nil ? nil : .lists, device: terminal, time: session.time,
          options: options
        ).run()
      }
    }
  }
}
