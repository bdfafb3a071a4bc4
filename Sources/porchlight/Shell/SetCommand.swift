internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK
internal import PresenceCore

/// `porchlight set`: one's own state and text.
struct SetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Set your state, and perhaps your status text.",
    discussion: """
      Without TEXT the present one stays; '' clears it. While no roster or other client of yours is connected, others \
      see what you set for half a minute, and again as soon as one is. A step up, such as from away to online, counts \
      as being active; a new text alone does not. While you are invisible your profile, your display name among it, stays \
      public to all who ask for it by name.

      A server that does not have a state shows the nearest one, and you are told which. Ends with 6 where the server has \
      presence switched off: then nobody sees what you set.
      """)

  @Argument(help: "online, away, busy, invisible or free-for-chat.")
  var state: ChosenState

  @Argument(help: "What others read beside your name, at most 1024 bytes.")
  var text: String?

  @OptionGroup var server: ServerOptions

  func validate() throws {
    let (count, most) = (text?.utf8.count ?? 0, PresenceLimits().statusBytes)
    guard count <= most else {
      throw ValidationError("a status text has at most \(most) bytes, and this one has \(count)")
    }
  }

  func run() async throws {
    try await server.withRoster { source in
      let session = source.session
      let text: String?
      if let given = self.text {
        text = given
      } else {
        text = try await session.ownStatusText()
      }
      try await source.perform(.publish(StatusUpdate(presence: state.presence, statusMessage: text)))
      let shown = source.traits.shown(state.presence)
      if shown != state.presence {
        Output.complain("this server has no '\(state.rawValue)': others see \(StateText.of(shown))")
      }
      if state == .invisible {
        Output.remark("you look offline; your profile stays public to all who ask for it by name")
      }
    }
  }
}

/// The states as a person calls their own (Protocol 3.1).
enum ChosenState: String, ExpressibleByArgument, CaseIterable {
  case online
  case away
  case busy
  case invisible
  case freeForChat = "free-for-chat"

  var presence: PresenceState {
    switch self {
    case .online: .online
    case .away: .unavailable
    case .busy: .busy
    case .invisible: .hidden
    case .freeForChat: .freeForChat
    }
  }
}
