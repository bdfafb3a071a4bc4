internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK

/// `porchlight status`: how one appears oneself.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show your own state and text.",
    discussion: "Reading it does not make you online.")

  @Flag(help: "As a JSON object.")
  var json = false

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session, _ in
      let content = try await session.status(of: session.userID)
      if json {
        Output.json(PersonReport(session.userID, content))
      } else {
        Output.line(StateText.own(content) + StateText.note(content.statusMessage))
      }
    }
  }
}
