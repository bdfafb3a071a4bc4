internal import ArgumentParser
internal import Glibc
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import TerminalDriver

/// `porchlight`: who is around, in a terminal.
@main
struct Porchlight {
  static let version = "0.2.0"

  static func main() async {
    protectThisThread()
    // A reader that has enough (`follow | head`) is no failure of ours; writes then say so themselves.
    signal(SIGPIPE, SIG_IGN)
    // A full disk and a limit on file sizes are errors to answer with, not ends.
    signal(SIGXFSZ, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try RootCommand.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      ExitStatus.end(with: error)
    }
  }
}

/// The command without a subcommand: the roster.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "porchlight",
    abstract: "See who is around, from a terminal.",
    version: "porchlight \(Porchlight.version)",
    subcommands: [DemoCommand.self, ServeCommand.self, DebugCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "From scripts",
        subcommands: [
          StatusCommand.self, SetCommand.self, WhoCommand.self, FollowCommand.self, InvitesCommand.self,
          InviteCommand.self, AcceptCommand.self, DenyCommand.self, RemoveCommand.self,
        ])
    ])

  @Flag(help: "Show the roster of this machine's own homeserver; nothing leaves the machine.")
  var offline = false

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Who you are on it. (default: your login name)", valueName: "name"))
  var name: String?

  @OptionGroup var roster: RosterOptions

  func run() async throws {
    guard offline else {
      Output.error(Self.helpMessage())
      throw ExitCode(ExitStatus.usage)
    }
    let device = "roster-" + (Surroundings().terminalName ?? "\(getpid())")
    try await roster.run { terminal, options in
      try await LocalSession(name: name).run(device: device, deviceName: "porchlight") { session in
        await Runtime(
          session: session, device: terminal, time: session.time, options: options
        ).run()
      }
    }
  }
}
