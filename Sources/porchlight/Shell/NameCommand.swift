internal import ArgumentParser
internal import PorchlightSDK

/// `porchlight name NAME`: one's own display name.
struct NameCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "name", abstract: "Set your display name.",
    discussion: """
      For example: porchlight name 'Ann B.'
      '' takes the name away; then others read the first part of your user ID. The name is public: everybody who knows \
      your user ID can ask the server for it, also while you are invisible. porchlight status shows it.
      """)

  @Argument(help: "What others call you.")
  var name: String

  @OptionGroup var server: ServerOptions

  func validate() throws {
    guard name.isEmpty || DisplayName.shown(name) != nil else {
      throw ValidationError("nothing of that name could be seen; '' takes your name away")
    }
  }

  func run() async throws {
    try await server.withSession { session, _ in try await session.setDisplayName(name) }
  }
}
