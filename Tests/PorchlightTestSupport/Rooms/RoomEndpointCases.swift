internal import MatrixWire

/// The cases of one endpoint of rooms: what it does, what it refuses, and who may ask it.
///
/// Most are the first success with one thing changed. Those that hold for every endpoint are made here: a client without a
/// token or with a wrong one, an ID that is none, another method, a body that is none or too large.
public struct RoomEndpointCases: Sendable {
  /// A case by what it has otherwise than the first success.
  struct Change: Sendable {
    var answer: String
    var path: String?
    var query: [String: String]?
    var body: String?
    var asker: RoomCase.Asker?
    var part: String

    init(
      _ answer: String, _ path: String? = nil, query: [String: String]? = nil, body: String? = nil,
      by asker: RoomCase.Asker? = nil, has part: String = ""
    ) {
      (self.answer, self.path, self.query) = (answer, path, query)
      (self.body, self.asker, self.part) = (body, asker, part)
    }
  }

  /// What the body of a request has to be.
  enum Body: Sendable {
    case nothing
    /// An object, or nothing at all.
    case optional
    case object
    /// An object with a field that has to be there.
    case objectWithFields

    fileprivate var refusals: [Change] {
      switch self {
      case .nothing: []
      case .optional:
        [
          Change("400 M_NOT_JSON", body: "{"), Change("400 M_BAD_JSON", body: "[]"),
          Change("413 M_TOO_LARGE", body: #"{"x":"\#(String(repeating: "x", count: 65_536))"}"#),
        ]
      case .object: Body.optional.refusals + [Change("400 M_NOT_JSON", body: "")]
      case .objectWithFields: Body.object.refusals + [Change("400 M_MISSING_PARAM", body: "{}")]
      }
    }
  }

  /// The first success.
  public let first: RoomCase
  public let cases: [RoomCase]

  /// - Parameters:
  ///   - method: of the endpoint.
  ///   - path: of the first success.
  ///   - query: the same.
  ///   - body: the same.
  ///   - asker: the same.
  ///   - part: what the answer to it has in it.
  ///   - bodyKind: what a body has to be.
  ///   - otherMethod: one that the path does not have.
  ///   - successes: more of them.
  ///   - refusals: what is refused to everybody.
  ///   - authorization: what is refused to some.
  ///   - hidden: what is refused in the same words where there is no such room.
  init(
    _ method: WireRequest.Method, _ path: String, query: [String: String] = [:], _ body: String = "",
    by asker: RoomCase.Asker, has part: String, takes bodyKind: Body = .nothing,
    not otherMethod: WireRequest.Method = .delete, successes: [Change] = [], refusals: [Change] = [],
    authorization: [Change] = [], hidden: [Change] = []
  ) {
    let first = RoomCase(method: method, path: path, query: query, body: body, asker: asker, part: part)
    func changed(_ changes: [Change], _ kind: RoomCase.Kind) -> [RoomCase] {
      changes.map { change in
        var changed = first
        (changed.kind, changed.answer, changed.part) = (kind, change.answer, change.part)
        changed.path = change.path ?? path
        changed.query = change.query ?? query
        changed.body = change.body ?? body
        changed.asker = change.asker ?? asker
        return changed
      }
    }
    var wrongMethod = first
    wrongMethod.method = otherMethod
    (wrongMethod.kind, wrongMethod.answer, wrongMethod.part) = (.refusal, "405 M_UNRECOGNIZED", "")
    self.first = first
    cases =
      [first] + changed(successes, .success) + [wrongMethod]
      + changed(bodyKind.refusals + Self.malformed(path) + refusals, .refusal)
      + changed(Self.withoutSession(asker) + authorization, .authorization)
      + changed(hidden, .authorization) + changed(hidden, .authorization).map(\.elsewhere)
  }

  /// What stands in a path for an ID is one.
  private static func malformed(_ path: String) -> [Change] {
    // A room may be named by an alias where it is joined.
    let takesAlias = path.hasPrefix("join/") || path.hasPrefix("knock/")
    let noRooms = ["hall", "!", ""] + (takesAlias ? [] : ["#hall:harbor.example"])
    return [("{hall}", noRooms), ("{event}", ["event"]), ("{alias}", ["alias"])].flatMap { name, others in
      path.contains(name)
        ? others.map { Change("400 M_INVALID_PARAM", path.replacing(name, with: $0)) } : []
    }
  }

  private static func withoutSession(_ asker: RoomCase.Asker) -> [Change] {
    asker == .nobody
      ? []
      : [Change("401 M_MISSING_TOKEN", by: .nobody), Change("401 M_UNKNOWN_TOKEN", by: .stranger)]
  }
}

extension RoomCase {
  /// The same asked of a room that is not there: nobody can tell the two answers apart.
  fileprivate var elsewhere: RoomCase {
    var other = self
    other.path = path.replacing("{hall}", with: "{nowhere}")
    other.body = body.replacing("{hall}", with: "{nowhere}")
    other.part = part.replacing("{hall}", with: "{nowhere}")
    return other
  }
}

extension RoomEndpointCases.Change {
  /// The refusals of those who are not in the hall; their whole text, so that two of them are the same.
  static func strangers(
    _ names: [String] = ["cid", "dan", "eve", "fay"], _ path: String? = nil, body: String? = nil
  ) -> [RoomEndpointCases.Change] {
    names.map { name in
      RoomEndpointCases.Change(
        "403 M_FORBIDDEN", path, body: body, by: .user(name),
        has: #"{"errcode":"M_FORBIDDEN","error":"{me} is not in the room {hall}."}"#)
    }
  }

  /// The refusal of a user who may not come in; its whole text.
  static func closed(_ path: String? = nil, by name: String = "eve") -> RoomEndpointCases.Change {
    RoomEndpointCases.Change(
      "403 M_FORBIDDEN", path, by: .user(name),
      has:
        #"{"errcode":"M_FORBIDDEN","error":"You are not invited to a room {hall}, and there is none that is open."}"#
    )
  }
}

extension RoomEndpointCases {
  /// All endpoints of rooms (Protocol 7.1).
  public static let all = creation + membership + state + events + receipts + data + directory
}
