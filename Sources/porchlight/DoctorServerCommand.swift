internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK

/// `porchlight doctor server`: what one's server can do for a roster.
struct DoctorServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Show what your server can do for a roster.",
    discussion: """
      No server says whether it has presence: it is found out by being online for a moment, with the text you have. Ends \
      with 6 where presence is switched off.
      """)

  @Flag(help: "As a JSON object.")
  var json = false

  @OptionGroup var server: ServerOptions

  private struct Report: Encodable {
    let server: ServerName
    let versions: [String]
    let contacts: String
    let presence: String
    let busy: Bool
    let mutualRooms: Bool

    enum CodingKeys: String, CodingKey {
      case server, versions, contacts, presence, busy
      case mutualRooms = "mutual_rooms"
    }
  }

  func run() async throws {
    try await server.withSession { session, _ in
      let capabilities = try await session.capabilities()
      let verdict = try await session.presenceVerdict(seed: .random(in: .min ... .max))
      if json {
        Output.json(
          Report(
            server: session.userID.server, versions: capabilities.versions,
            contacts: capabilities.hasPresenceLists ? "lists" : "rooms", presence: verdict.presence.word,
            busy: capabilities.hasBusy, mutualRooms: capabilities.hasMutualRooms))
      } else {
        for line in Self.lines(session.userID.server, capabilities, verdict) { Output.text(line) }
      }
      if verdict.isOff { throw ExitCode(ExitStatus.noPresence) }
    }
  }

  private static func lines(
    _ server: ServerName, _ capabilities: ServerCapabilities, _ verdict: PresenceVerdict
  ) -> [String] {
    let versions = capabilities.versions
    let span = [versions.first, versions.count > 1 ? versions.last : nil].compactMap(\.self)
    return [
      "server        \(server), Matrix \(span.isEmpty ? "of no version it names" : span.joined(separator: " to "))",
      "contacts      "
        + (capabilities.hasPresenceLists
          ? "on presence lists: both sides agree to each invite"
          : "direct chats; everybody in a room with you sees your presence"),
      "presence      \(verdict.presence.sentence)",
      "busy          "
        + (capabilities.hasBusy ? "yes" : "no: others see away, with your text"),
      "free for chat "
        + (capabilities.hasPresenceLists ? "yes" : "no: others see online"),
      "mutual rooms  " + (capabilities.hasMutualRooms ? "yes" : "no"),
    ]
  }
}

extension PresenceVerdict.Presence {
  fileprivate var word: String {
    switch self {
    case .works: "on"
    case .unknown: "unknown"
    case .off: "off"
    }
  }

  fileprivate var sentence: String {
    switch self {
    case .works: "on"
    case .unknown: "unknown: the server shows you nothing of your own"
    case .off(.refused): "off: the server says so"
    case .off(.withoutEffect): "off: the server takes a status and shows none"
    case .off(.unchanged): "off: the server takes a status and shows another one"
    }
  }
}
