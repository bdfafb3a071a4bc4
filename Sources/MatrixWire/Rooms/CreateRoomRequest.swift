/// The body of `POST /createRoom` (Matrix specification, client-server API, "createRoom").
public struct CreateRoomRequest: Hashable, Sendable {
  /// Whether the room stands in the public list; absent is private.
  public var visibility: RoomVisibility?
  /// Absent follows from the visibility.
  public var preset: RoomPreset?
  /// The localpart of the room's alias.
  public var aliasName: String?
  public var name: String?
  public var topic: String?
  public var invite: [UserID]
  /// Whether the invites are marked as for a direct chat.
  public var isDirect: Bool
  /// Absent is the server's own choice.
  public var roomVersion: String?
  /// More keys for the content of `m.room.create`.
  public var creationContent: CanonicalJSON.Object?
  public var initialState: [InitialState]
  /// Keys that replace those of the first `m.room.power_levels`.
  public var powerLevels: CanonicalJSON.Object?

  public init(
    visibility: RoomVisibility? = nil, preset: RoomPreset? = nil, aliasName: String? = nil,
    name: String? = nil,
    topic: String? = nil, invite: [UserID] = [], isDirect: Bool = false, roomVersion: String? = nil,
    creationContent: CanonicalJSON.Object? = nil, initialState: [InitialState] = [],
    powerLevels: CanonicalJSON.Object? = nil
  ) {
    self.visibility = visibility
    self.preset = preset
    self.aliasName = aliasName
    self.name = name
    self.topic = topic
    self.invite = invite
    self.isDirect = isDirect
    self.roomVersion = roomVersion
    self.creationContent = creationContent
    self.initialState = initialState
    self.powerLevels = powerLevels
  }
}

extension CreateRoomRequest {
  /// How many users and how many state events one request may name: all is done before it is answered.
  public static let mostNamed = 100

  /// Reads a body; nothing at all counts as `{}`.
  ///
  /// - Throws: `M_NOT_JSON`; `M_BAD_JSON` or `M_MISSING_PARAM` naming the field; `M_TOO_LARGE` for more than
  ///   `mostNamed`; `M_INVALID_PARAM` for invites to addresses that are no user IDs.
  public init(body: [UInt8]) throws(MatrixError) {
    let fields = try BodyFields(body: body.isEmpty ? Array("{}".utf8) : body)
    guard try fields.objects("invite_3pid", most: Self.mostNamed).isEmpty else {
      throw MatrixError(
        .invalidParameter,
        "'invite_3pid' needs an identity server, which this server has none of. Name user IDs in 'invite'.")
    }
    var states: [InitialState] = []
    for state in try fields.objects("initial_state", most: Self.mostNamed) {
      states.append(
        InitialState(
          type: try state.required("type", try state.text("type")),
          stateKey: try state.text("state_key") ?? "",
          content: try state.required("content", try state.object("content"))))
    }
    self.init(
      visibility: try fields.word("visibility", RoomVisibility.self),
      preset: try fields.word("preset", RoomPreset.self),
      aliasName: try fields.text("room_alias_name"), name: try fields.text("name"),
      topic: try fields.text("topic"), invite: try fields.users("invite", most: Self.mostNamed),
      isDirect: try fields.flag("is_direct") ?? false, roomVersion: try fields.text("room_version"),
      creationContent: try fields.object("creation_content"), initialState: states,
      powerLevels: try fields.object("power_level_content_override"))
  }

  /// The body as a client sends it: in canonical form, without what is absent.
  public var body: [UInt8] {
    var object = CanonicalJSON.Object()
    object["visibility"] = visibility.map { .string($0.rawValue) }
    object["preset"] = preset.map { .string($0.rawValue) }
    object["room_alias_name"] = aliasName.map { .string($0) }
    object["name"] = name.map { .string($0) }
    object["topic"] = topic.map { .string($0) }
    if !invite.isEmpty { object["invite"] = .array(invite.map { .string($0.rawValue) }) }
    if isDirect { object["is_direct"] = .bool(true) }
    object["room_version"] = roomVersion.map { .string($0) }
    object["creation_content"] = creationContent.map { .object($0) }
    if !initialState.isEmpty { object["initial_state"] = .array(initialState.map(\.json)) }
    object["power_level_content_override"] = powerLevels.map { .object($0) }
    return object.bytes
  }
}

extension InitialState {
  fileprivate var json: CanonicalJSON {
    var object = CanonicalJSON.Object()
    object["type"] = .string(type)
    object["state_key"] = .string(stateKey)
    object["content"] = .object(content)
    return .object(object)
  }
}
