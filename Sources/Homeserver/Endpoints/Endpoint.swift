internal import MatrixWire
internal import RoomCore

/// One row of the table of endpoints: what is asked for, who may ask, what it counts as, and what answers.
struct Endpoint: Sendable {
  /// Under which prefix the path stands.
  enum Area: Hashable, Sendable {
    /// `/_matrix/client/` and each of `api/v1`, `r0` and `v3`.
    case clientServer
    /// Our own endpoints, `/_matrix/client/unstable/chat.porchlight`.
    case porchlight
    /// The whole path stands in the row.
    case root
  }

  /// Who may ask.
  enum Access: Sendable {
    /// Any client; requests count by the address they come from.
    case anyone
    /// A user with a session; requests count by the user.
    case session
    /// The user whom the path names, with a session. Others get the refusal.
    case owner(otherwise: APIError)

    /// Only the user whom the path names: others get 403 `M_FORBIDDEN`.
    static func owner(_ refusal: String) -> Access { .owner(otherwise: APIError(403, .forbidden, refusal)) }

    var asksForToken: Bool { if case .anyone = self { false } else { true } }
  }

  /// What answers.
  enum Handler: Sendable {
    case answer(@Sendable (RoutedRequest) async throws -> WireResponse)
    /// A long poll: an adapter with many connections waits for it without a task (`Homeserver.poll(for:deliver:)`).
    case poll(PollParameters.Endpoint)
  }

  let area: Area
  let method: WireRequest.Method
  let path: PathTemplate
  let access: Access
  /// What a request counts as besides `.requests`: of the user who asks, or where no session is asked for, of the address.
  let rate: RateLimiter.Action?
  let handler: Handler

  init(
    _ method: WireRequest.Method, _ path: PathTemplate, in area: Area = .clientServer, for access: Access,
    counts rate: RateLimiter.Action? = nil,
    answer: @escaping @Sendable (RoutedRequest) async throws -> WireResponse
  ) {
    self.init(method, path, in: area, for: access, counts: rate, .answer(answer))
  }

  init(
    _ method: WireRequest.Method, _ path: PathTemplate, in area: Area = .clientServer, for access: Access,
    counts rate: RateLimiter.Action? = nil, _ handler: Handler
  ) {
    (self.area, self.method, self.path, self.access) = (area, method, path, access)
    (self.rate, self.handler) = (rate, handler)
  }
}

/// What a path has to look like, segment by segment. Segments arrive decoded.
struct PathTemplate: Hashable, Sendable, ExpressibleByArrayLiteral {
  enum Segment: Hashable, Sendable, ExpressibleByStringLiteral {
    case literal(String)
    /// A user ID; anything else is 400 `M_INVALID_PARAM`, as for all others up to `text`.
    case user
    case device
    case server
    case room
    case event
    case alias
    case roomOrAlias
    /// Of 1 to 255 bytes: the same request sent again has the same.
    case transaction
    case text
    /// The key of state, which may be empty.
    case stateKey
    /// Something that may be missing, and is not looked at.
    case anythingOrNothing

    init(stringLiteral text: String) { self = .literal(text) }
  }

  let segments: [Segment]

  init(arrayLiteral segments: Segment...) { self.segments = segments }

  /// Whether a path has these literals in these places.
  func matches(_ path: ArraySlice<String>) -> Bool {
    let mayLackLast = segments.last == .anythingOrNothing
    guard path.count == segments.count || mayLackLast && path.count == segments.count - 1 else {
      return false
    }
    return zip(segments, path).allSatisfy { segment, name in
      if case .literal(let text) = segment { text == name } else { true }
    }
  }

  /// The names in the other places of a path that matches.
  ///
  /// - Throws: 400 `M_INVALID_PARAM` for a malformed identifier.
  func names(in path: ArraySlice<String>) throws(APIError) -> PathNames {
    var names = PathNames()
    for (segment, name) in zip(segments, path) {
      switch segment {
      case .literal, .anythingOrNothing: break
      case .user: names.user = try Self.parsed(UserID(name), "a user ID")
      case .device: names.device = try Self.parsed(DeviceID(name), "a device")
      case .server: names.server = try Self.parsed(ServerName(name), "a server")
      case .room: names.room = try Self.parsed(RoomID(name), "a room ID")
      case .event: names.event = try Self.parsed(EventID(name), "an event ID")
      case .alias: names.alias = try Self.parsed(RoomAlias(name), "an alias of a room")
      case .roomOrAlias: names.reference = try Self.parsed(Self.reference(name), "a room ID or an alias")
      case .transaction: names.transaction = try Self.parsed(Self.transaction(name), "a transaction")
      case .text: names.text = name
      case .stateKey: names.stateKey = name
      }
    }
    return names
  }

  private static func reference(_ name: String) -> RoomCommand.Reference? {
    RoomID(name).map { .id($0) } ?? RoomAlias(name).map { .alias($0) }
  }

  private static func transaction(_ name: String) -> String? {
    (1...255).contains(name.utf8.count) ? name : nil
  }

  private static func parsed<ID>(_ id: ID?, _ kind: String) throws(APIError) -> ID {
    guard let id else { throw APIError(400, .invalidParameter, "The path does not name \(kind).") }
    return id
  }
}

/// What a path names: of each kind one thing at most.
struct PathNames: Hashable, Sendable {
  var user: UserID?
  var device: DeviceID?
  var server: ServerName?
  var room: RoomID?
  var event: EventID?
  var alias: RoomAlias?
  var reference: RoomCommand.Reference?
  var transaction: String?
  var text: String?
  var stateKey: String?
}
