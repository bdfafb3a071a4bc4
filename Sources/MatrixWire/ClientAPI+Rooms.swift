extension ClientAPI {
  public static func createRoom(_ request: CreateRoomRequest) -> WireRequest {
    WireRequest(.post, standard("createRoom"), body: request.body)
  }

  /// Joins a room by its ID.
  public static func join(_ room: RoomID) -> WireRequest { join(room.rawValue) }

  /// Joins a room by an alias.
  public static func join(_ alias: RoomAlias) -> WireRequest { join(alias.rawValue) }

  private static func join(_ name: String) -> WireRequest {
    WireRequest(.post, standard("join", name), body: WireJSON.encode(ReasonRequest()))
  }

  /// Leaves a room, or declines an invite to it.
  public static func leave(_ room: RoomID, reason: String? = nil) -> WireRequest {
    WireRequest(
      .post, standard("rooms", room.rawValue, "leave"), body: WireJSON.encode(ReasonRequest(reason: reason)))
  }

  /// Has the room not come back in lists of rooms that were left.
  public static func forget(_ room: RoomID) -> WireRequest {
    WireRequest(.post, standard("rooms", room.rawValue, "forget"), body: WireJSON.encode(Empty()))
  }

  public static func invite(_ user: UserID, to room: RoomID, reason: String? = nil) -> WireRequest {
    WireRequest(
      .post, standard("rooms", room.rawValue, "invite"),
      body: WireJSON.encode(MembershipRequest(userID: user, reason: reason)))
  }

  /// Sends an event, such as a message. The same ID sends it once, however often it is asked.
  public static func send(
    _ content: CanonicalJSON.Object, ofType type: String, to room: RoomID, transaction: String
  ) -> WireRequest {
    WireRequest(
      .put, standard("rooms", room.rawValue, "send", type, transaction), body: content.bytes)
  }

  public static func joinedRooms() -> WireRequest { WireRequest(.get, standard("joined_rooms")) }

  public static func joinedMembers(of room: RoomID) -> WireRequest {
    WireRequest(.get, standard("rooms", room.rawValue, "joined_members"))
  }

  /// The members of a room with that membership; nil is every member it ever had.
  public static func members(of room: RoomID, _ membership: Membership? = nil) -> WireRequest {
    WireRequest(
      .get, standard("rooms", room.rawValue, "members"),
      query: membership.map { [.init("membership", $0.rawValue)] } ?? [])
  }

  public static func room(of alias: RoomAlias) -> WireRequest {
    WireRequest(.get, standard("directory", "room", alias.rawValue))
  }

  /// A page of the rooms everybody may find.
  public static func publicRooms(_ request: PublicRoomsRequest = PublicRoomsRequest()) -> WireRequest {
    WireRequest(.post, standard("publicRooms"), body: WireJSON.encode(request))
  }
}
