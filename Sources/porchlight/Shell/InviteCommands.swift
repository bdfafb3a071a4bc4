internal import ArgumentParser
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Ports
internal import Screen

/// `porchlight invites`: who asks to see you.
struct InvitesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invites", abstract: "Show who asks to see you.",
    discussion: "Ends with 1 where nobody does.")

  @OptionGroup var list: ListOptions

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withRoster { source in
      try list.show(try await Self.invites(source), as: \.self, orSay: "nobody asks to see you") { invite in
        Self.row(invite, now: source.session.time.wallTime)
      }
    }
  }

  private static func invites(_ source: any RosterSource) async throws(SDKError) -> [PendingInvite] {
    guard let rooms = source as? RoomRosterSource else {
      return try await source.session.presenceList().invites
    }
    return try await rooms.read().asking.map {
      PendingInvite(
        observer: $0.observer, receivedAt: $0.receivedAt.milliseconds, displayName: $0.displayName)
    }
  }

  private static func row(_ invite: PendingInvite, now: WallTime) -> [SafeText] {
    let age = AgeText.text(.milliseconds(now.milliseconds - invite.receivedAt))
    return [
      Output.identifier(invite.observer), SafeText(untrusted: DisplayName.shown(invite.displayName) ?? ""),
      SafeText(untrusted: age),
    ]
  }
}

/// `porchlight invite ID`.
struct InviteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Ask a user for permission to see them.",
    discussion: """
      Says nothing where it went well. Whether there is such a person is not said either: nobody learns from a \
      question who has an account. Asking again within a minute changes nothing.
      """)

  @OptionGroup var target: PersonOptions

  func run() async throws {
    try await target.invite()
  }
}

/// `porchlight accept ID`.
struct AcceptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Let a user see you who asked.",
    discussion: "They see you then, and you see them only where they let you: --ask-back asks.")

  @Flag(help: "Ask to see them as well, unless you do or have asked.")
  var askBack = false

  @OptionGroup var target: PersonOptions

  func run() async throws {
    try await target.run { source, user in
      try await source.change(.accept(user))
      guard askBack || Output.isTerminal else { return }
      guard source.traits.contacts == .lists else {
        Output.remark("you see each other now, by a room for the two of you")
        return
      }
      let session = source.session
      let isOnList = try await session.presenceList().list.contains { $0.userID == user }
      guard !isOnList else { return }
      if askBack {
        try await session.invite(user)
      } else {
        Output.remark("they see you now; to ask whether you may see them: porchlight invite \(user)")
      }
    }
  }
}

/// `porchlight deny ID`.
struct DenyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "Refuse a user who asked to see you.")

  @OptionGroup var target: PersonOptions

  func run() async throws {
    try await target.run { source, user in try await source.change(.deny(user)) }
  }
}

/// `porchlight ignore ID`.
struct IgnoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ignore", abstract: "Hear no more of a user who asked to see you.",
    discussion: """
      They are not told. Puts them on the list of ignored users that all Matrix clients of yours share; other clients \
      can take them off it.
      """)

  @OptionGroup var target: PersonOptions

  func run() async throws {
    try await target.run { source, user in try await source.change(.ignore(user)) }
  }
}

/// `porchlight remove ID`.
struct RemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a user off your list, or an invite back.",
    discussion: "Ends with 1 where they are not on it.")

  @OptionGroup var target: PersonOptions

  func run() async throws {
    try await target.run { source, user in
      if let rooms = source as? RoomRosterSource {
        try await rooms.change(.remove(user))
        await Self.tellWhatIsShared(by: rooms, with: user)
        return
      }
      let session = source.session
      guard try await session.presenceList().list.contains(where: { $0.userID == user }) else {
        throw Failure("\(user) is not on your list")
      }
      try await session.drop(user)
    }
  }

  /// Rooms with others are not left, and show each to the other still.
  private static func tellWhatIsShared(by source: RoomRosterSource, with user: UserID) async {
    guard let roster = try? await source.read() else { return }
    for room in roster.rooms.rooms(with: user) {
      Output.remark("\(user) still sees you in \(SafeText(untrusted: room.name).string)")
    }
  }
}
