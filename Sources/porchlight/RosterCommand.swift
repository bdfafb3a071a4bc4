internal import ArgumentParser
internal import Glibc
internal import LocalServer
internal import PorchlightApp
internal import PorchlightSDK
internal import Screen

/// `porchlight`: the roster.
struct RosterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster", abstract: "Show the roster; what porchlight does without a subcommand.")

  @Flag(help: "Show the roster of this machine's own homeserver; nothing leaves the machine.")
  var offline = false

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Who you are on it. (default: your login name)", valueName: "name"))
  var name: String?

  @OptionGroup var roster: RosterOptions

  func run() async throws {
    guard offline || name == nil else { throw Failure("--as goes with --offline", status: ExitStatus.usage) }
    guard offline else {
      Output.error(RootCommand.helpMessage())
      throw ExitCode(ExitStatus.usage)
    }
    let device = "roster-" + (Surroundings().terminalName ?? "\(getpid())")
    try await roster.run { terminal, options in
      do {
        return try await LocalSession(name: name).run(device: device, deviceName: "porchlight") {
          session, exchange in
          var options = options
          options.emptyHint = "somebody else on this machine: porchlight --offline --as NAME"
          options.willSuspend = { await exchange.pause() }
          options.didResume = { exchange.resume() }
          return await Runtime(
            session: session, device: terminal, time: session.time, options: options
          ).run()
        }
      } catch let error as SDKError {
        throw Failure(error)
      }
    }
  }
}
