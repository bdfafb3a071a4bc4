internal import ArgumentParser
internal import TerminalDriver

/// `porchlight`: who is around, in a terminal.
@main
struct Porchlight {
  static let version = "0.1.0"

  static func main() async {
    protectThisThread()
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

/// The command without a subcommand.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "porchlight",
    abstract: "See who is around, from a terminal.",
    version: "porchlight \(Porchlight.version)",
    subcommands: [DemoCommand.self, BenchCommand.self, DebugCommand.self])

  /// There is nothing yet to show without a subcommand, so this is a question for help.
  func run() throws {
    Output.error(Self.helpMessage())
    throw ExitCode(ExitStatus.usage)
  }
}
