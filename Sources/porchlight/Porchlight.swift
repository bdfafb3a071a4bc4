internal import ArgumentParser
internal import Glibc
internal import TerminalDriver

/// `porchlight`: who is around, in a terminal.
@main
struct Porchlight {
  static let version = "0.2.0"

  static func main() async {
    protectThisThread()
    StandardDescriptors.fill()
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

/// What there is; without a subcommand, the roster.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "porchlight",
    abstract: "See who is around, from a terminal.",
    version: "porchlight \(Porchlight.version)",
    subcommands: [
      RosterCommand.self, LoginCommand.self, LogoutCommand.self, AccountsCommand.self, DemoCommand.self,
      ServeCommand.self,
      DoctorCommand.self, BenchCommand.self,
      SimulateCommand.self, DebugCommand.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "From scripts",
        subcommands: [
          StatusCommand.self, SetCommand.self, WhoCommand.self, FollowCommand.self, InvitesCommand.self,
          InviteCommand.self, AcceptCommand.self, DenyCommand.self, IgnoreCommand.self, RemoveCommand.self,
          NameCommand.self,
          RoomsCommand.self,
        ])
    ],
    // Options of a parent would be taken from its subcommands, so the roster is one itself.
    defaultSubcommand: RosterCommand.self)
}
