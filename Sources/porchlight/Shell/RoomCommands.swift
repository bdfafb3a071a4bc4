internal import ArgumentParser
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Screen

/// `porchlight room …`: rooms, as far as presence needs them.
struct RoomsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "room", abstract: "Make, join and leave rooms; see who is in them.",
    discussion:
      "Who is in a room with you sees you as you see them, unless the room or the server says otherwise.",
    subcommands: [
      RoomCreateCommand.self, RoomJoinCommand.self, RoomLeaveCommand.self, RoomListCommand.self,
      RoomMembersCommand.self,
    ])
}

/// `porchlight room create`.
struct RoomCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a room, and print its ID.",
    discussion: "For example: porchlight room create 'The harbour' --alias harbour --public")

  @Argument(help: "What it is called.")
  var name: String?

  @Option(help: ArgumentHelp("Its alias: harbour for #harbour:example.org.", valueName: "name"))
  var alias: String?

  @Flag(name: .customLong("public"), help: "Let everybody join, and list it.")
  var isPublic = false

  @Option(help: ArgumentHelp("A user to invite. Repeatable.", valueName: "ID"))
  var invite: [PersonArgument] = []

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session, _ in
      var request = CreateRoomRequest(
        visibility: isPublic ? .public : .private, preset: isPublic ? .publicChat : .privateChat,
        aliasName: alias,
        name: name)
      request.invite = try invite.map { try $0.known(beside: session.userID) }
      Output.text(try await session.createRoom(request).rawValue)
    }
  }
}

/// A room, as `!opaque:example.org`, `#harbour:example.org`, or `#harbour` of one's own server.
struct RoomArgument: ExpressibleByArgument {
  let text: String

  init?(argument: String) { text = argument }

  /// The room it means.
  func room(for session: Session) async throws -> RoomID {
    if text.hasPrefix("!"), let room = RoomID(text) { return room }
    guard
      let alias = RoomAlias(text)
        ?? RoomAlias(localpart: text.drop { $0 == "#" }, server: session.userID.server)
    else {
      throw Failure("a room is !ID:server, #alias:server or #alias, not '\(text)'", status: ExitStatus.usage)
    }
    return try await session.room(of: alias)
  }
}

/// Which room a command is about, and on which server.
struct RoomTargetOptions: ParsableArguments {
  @Argument(help: "!ID:example.org, #alias:example.org, or #alias on your own server.")
  var room: RoomArgument

  @OptionGroup var server: ServerOptions

  func run(_ body: @escaping @Sendable (Session, RoomID) async throws -> Void) async throws {
    try await server.withSession { session, _ in try await body(session, try await room.room(for: session)) }
  }
}

/// `porchlight room join ROOM`.
struct RoomJoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Join a room, or accept an invite to it.")

  @OptionGroup var target: RoomTargetOptions

  func run() async throws {
    try await target.run { session, room in try await session.join(room) }
  }
}

/// `porchlight room leave ROOM`.
struct RoomLeaveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave", abstract: "Leave a room, or decline an invite to it.")

  @OptionGroup var target: RoomTargetOptions

  func run() async throws {
    try await target.run { session, room in try await session.leave(room) }
  }
}

/// `porchlight room list`.
struct RoomListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the rooms you are in, and those you are invited to.",
    discussion: "Ends with 1 where there are none.")

  @OptionGroup var list: ListOptions

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session, _ in
      try list.show(
        RoomReport.all(in: try await session.rooms()), as: \.self,
        orSay: "you are in no room; porchlight room join ROOM joins one", row: \.row)
    }
  }
}

/// `porchlight room members ROOM`.
struct RoomMembersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "members", abstract: "Show who is in a room.")

  @OptionGroup var list: ListOptions

  @OptionGroup var target: RoomTargetOptions

  func run() async throws {
    try await target.run { session, room in
      let members = try await session.members(of: room).sorted { $0.key < $1.key }
        .map { RoomMemberReport(userID: $0.key, displayName: DisplayName.shown($0.value.displayName)) }
      try list.show(members, as: \.self) { member in
        [Output.identifier(member.userID), SafeText(untrusted: member.displayName ?? "")]
      }
    }
  }
}
