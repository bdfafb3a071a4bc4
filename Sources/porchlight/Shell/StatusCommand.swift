internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `porchlight status`: how one appears oneself.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show your own state and text, and your name.",
    discussion: "Reading it does not make you online.")

  @Flag(help: "As a JSON object.")
  var json = false

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session, _ in
      let content = try await session.status(of: session.userID)
      // The profile has the name as it is now, and servers whose presence has none.
      let profile = try? await session.profile(of: session.userID)
      let name = DisplayName.shown(profile?.displayName ?? content.displayName)
      if json {
        var report = PersonReport(session.userID, content)
        report.look.displayName = name
        Output.json(report)
      } else {
        Output.line(StateText.own(content) + StateText.note(content.statusMessage))
        if let name { Output.line("\(SafeText(untrusted: name))  \(Output.identifier(session.userID))") }
      }
    }
  }
}
