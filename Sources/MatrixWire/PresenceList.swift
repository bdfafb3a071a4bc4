/// The state of an entry of a list, from its owner's side (E4).
public enum ListState: String, Codable, Hashable, Sendable {
  /// Invited; no answer yet.
  case pending
  case accepted
  case denied
  /// Taken off the list by its owner.
  case dropped
  /// Accepted once, taken back by the observed person.
  case revoked
}

/// The state of an invite, from the invited user's side (the mirror of `ListState`).
public enum InviteState: String, Codable, Hashable, Sendable {
  /// Waiting for my answer.
  case pending
  case accepted
  case denied
  /// The asker took it back, or stopped watching.
  case withdrawn
  /// I took my permission back.
  case revoked
}

/// One person on my list (E2).
public struct ListEntry: Hashable, Sendable {
  public var userID: UserID
  /// `pending` or `accepted`.
  public var state: ListState
  public var presence: PresenceContent
  /// The owner's own groups.
  public var groups: [String]
  /// Milliseconds since 1970; 0 where it has not happened.
  public var invitedAt: Int64
  /// Milliseconds since 1970; 0 where it has not happened.
  public var acceptedAt: Int64

  public init(
    userID: UserID, state: ListState, presence: PresenceContent, groups: [String] = [],
    invitedAt: Int64 = 0, acceptedAt: Int64 = 0
  ) {
    self.userID = userID
    self.state = state
    self.presence = presence
    self.groups = groups
    self.invitedAt = invitedAt
    self.acceptedAt = acceptedAt
  }
}

extension ListEntry: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    self.init(
      userID: try fields.decode(UserID.self, forKey: "user_id"),
      state: try fields.decode(ListState.self, forKey: "state"),
      presence: try PresenceContent(from: decoder),
      groups: fields.lossy("groups"),
      invitedAt: fields.timestamp("invited_ts") ?? 0,
      acceptedAt: fields.timestamp("accepted_ts") ?? 0)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(userID, forKey: "user_id")
    try fields.encode(state, forKey: "state")
    try presence.encode(into: &fields, for: .exact)
    if !groups.isEmpty { try fields.encode(groups, forKey: "groups") }
    try fields.encode(invitedAt, forKey: "invited_ts")
    try fields.encode(acceptedAt, forKey: "accepted_ts")
    try fields.encode(presence.state == .unknown, forKey: "stale")
  }
}

/// A user who waits for my answer (E2).
public struct PendingInvite: Hashable, Sendable, Codable {
  public var observer: UserID
  /// Milliseconds since 1970.
  public var receivedAt: Int64
  public var displayName: String?

  public init(observer: UserID, receivedAt: Int64, displayName: String? = nil) {
    self.observer = observer
    self.receivedAt = receivedAt
    self.displayName = displayName
  }

  enum CodingKeys: String, CodingKey {
    case observer
    case receivedAt = "received_ts"
    case displayName = "displayname"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    observer = try fields.decode(UserID.self, forKey: "observer")
    receivedAt = fields.timestamp("received_ts") ?? 0
    displayName = fields.lenient("displayname")
  }
}

/// The answer to `GET .../presence/list` (E2): people I watch, people who ask, people I allowed.
public struct PresenceListAnswer: Hashable, Sendable, Codable {
  public var list: [ListEntry]
  public var invites: [PendingInvite]
  public var observers: [UserID]
  /// A position for `/sync`: nothing said here is missed by a stream that starts from it.
  public var nextBatch: SyncToken

  public init(list: [ListEntry], invites: [PendingInvite], observers: [UserID], nextBatch: SyncToken) {
    self.list = list
    self.invites = invites
    self.observers = observers
    self.nextBatch = nextBatch
  }

  enum CodingKeys: String, CodingKey {
    case list, invites, observers
    case nextBatch = "next_batch"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    list = fields.lossy("list")
    invites = fields.lossy("invites")
    observers = fields.lossy("observers")
    nextBatch = try fields.decode(SyncToken.self, forKey: "next_batch")
  }
}

/// The body of `POST .../presence/list` (E3). Every array may be left out.
///
/// The arrays hold plain strings, because one malformed ID must fail alone and not take the rest with it.
public struct PresenceListRequest: Hashable, Sendable, Codable {
  public var invite: [String]?
  public var drop: [String]?
  public var accept: [String]?
  public var deny: [String]?
  public var revoke: [String]?
  public var groups: [String: [String]]?

  public init(
    invite: [UserID] = [], drop: [UserID] = [], accept: [UserID] = [], deny: [UserID] = [],
    revoke: [UserID] = [], groups: [UserID: [String]] = [:]
  ) {
    func strings(_ users: [UserID]) -> [String]? { users.isEmpty ? nil : users.map(\.rawValue) }
    self.invite = strings(invite)
    self.drop = strings(drop)
    self.accept = strings(accept)
    self.deny = strings(deny)
    self.revoke = strings(revoke)
    self.groups =
      groups.isEmpty ? nil : .init(uniqueKeysWithValues: groups.map { ($0.key.rawValue, $0.value) })
  }
}

extension PresenceListRequest {
  /// How many people one request may name: all it asks is done in one turn.
  public static let mostNamed = 1_000

  /// - Throws: `M_TOO_LARGE` where it names more than `mostNamed`, before they are read.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    try fields.checkNumber(
      of: ["invite", "drop", "accept", "deny", "revoke"], and: "groups", most: Self.mostNamed)
    invite = try fields.decodeIfPresent([String].self, forKey: "invite")
    drop = try fields.decodeIfPresent([String].self, forKey: "drop")
    accept = try fields.decodeIfPresent([String].self, forKey: "accept")
    deny = try fields.decodeIfPresent([String].self, forKey: "deny")
    revoke = try fields.decodeIfPresent([String].self, forKey: "revoke")
    groups = try fields.decodeIfPresent([String: [String]].self, forKey: "groups")
  }
}

extension KeyedDecodingContainer<WireKey> {
  /// Counts the people some fields name, as elements of arrays or as keys of an object.
  ///
  /// - Throws: `M_TOO_LARGE` for more than `most`.
  func checkNumber(of arrays: [WireKey], and object: WireKey? = nil, most: Int) throws {
    var number = 0
    // What has another form is left to the decoder to refuse.
    for key in arrays { number += (try? nestedUnkeyedContainer(forKey: key).count) ?? 0 }
    if let object {
      number += (try? nestedContainer(keyedBy: WireKey.self, forKey: object).allKeys.count) ?? 0
    }
    guard number <= most else {
      throw MatrixError(.tooLarge, "One request may name \(most) people at most; this one names \(number).")
    }
  }
}

/// The answer to `POST .../presence/list`: what failed, by the ID as it was sent. All else was done.
public struct PresenceListResult: Hashable, Sendable, Codable {
  public var failed: [String: MatrixError]

  public init(failed: [String: MatrixError] = [:]) { self.failed = failed }
}
