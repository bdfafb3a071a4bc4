/// What an `m.presence` event, a status answer or a list entry says about one person (Protocol 3.2, 3.5, E9).
///
/// Encoding writes a `presence` legal for `v3` and, where the exact state differs, the exact one beside it;
/// `null` is never written and spans are whole milliseconds (strict clients refuse anything else).
public struct PresenceContent: Hashable, Sendable {
  /// The exact state, whichever of the two keys carried it.
  public var state: PresenceState
  /// Milliseconds since the person was last active, counted from when the message was made.
  public var lastActiveAgo: Int?
  /// While true no further activity is announced; the person counts as active until told otherwise.
  public var currentlyActive: Bool?
  /// The person's own words.
  @Bytewise public var statusMessage: String?
  /// `""` means cleared, nil means not stated: keep what is known (Protocol 8).
  @Bytewise public var displayName: String?
  /// `""` means cleared, nil means not stated.
  @Bytewise public var avatarURL: String?
  /// Kinds of devices connected now, sorted and unique.
  public var deviceTypes: [DeviceType]
  /// Milliseconds since the person went idle on every device.
  public var idleAgo: Int?
  /// Why the state is `unknown`, where it is.
  public var unknownReason: UnknownReason?
  /// What the person chose to appear as; only ever in their own view, where it tells a chosen
  /// `unavailable` from a timed one.
  public var choice: PresenceState?

  /// Contents with a state and nothing else said.
  public init(
    state: PresenceState, lastActiveAgo: Int? = nil, currentlyActive: Bool? = nil,
    statusMessage: String? = nil, displayName: String? = nil, avatarURL: String? = nil,
    deviceTypes: [DeviceType] = [], idleAgo: Int? = nil, unknownReason: UnknownReason? = nil,
    choice: PresenceState? = nil
  ) {
    self.state = state
    self.lastActiveAgo = lastActiveAgo
    self.currentlyActive = currentlyActive
    self.statusMessage = statusMessage
    self.displayName = displayName
    self.avatarURL = avatarURL
    self.deviceTypes = deviceTypes
    self.idleAgo = idleAgo
    self.unknownReason = unknownReason
    self.choice = choice
  }
}

/// Why nothing is known about a person.
public enum UnknownReason: String, Codable, Hashable, Sendable {
  /// They have not answered the invite.
  case pending
  /// Their server does not answer.
  case unreachable
  /// Their server was asked, and has not said yet.
  case unanswered
  /// Their server was not asked yet: asking at once would show that a hidden user is there.
  case notAsked = "not_asked"
  /// Their server does not show them, although they accepted once.
  case notShown = "not_shown"
  /// They are on another server, and this one meets no others.
  case elsewhere
  /// The own server has presence switched off. Clients say so, here and below; a server does not.
  case presenceOff = "presence_off"
  /// Nothing was heard of them, on a server that tells nothing of users who are offline.
  case unheard
  /// They are not on the list, and no room that they share has its members see each other.
  case notShared = "not_shared"
}

extension PresenceContent: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let standard = try fields.decode(PresenceState.self, forKey: "presence")
    self.init(
      state: fields.lenient(.unstable("presence")) ?? standard,
      lastActiveAgo: fields.milliseconds("last_active_ago"),
      currentlyActive: fields.lenient("currently_active"),
      statusMessage: fields.lenient("status_msg"),
      displayName: fields.lenient("displayname"),
      avatarURL: fields.lenient("avatar_url"),
      deviceTypes: fields.lossy(.unstable("device_types")),
      idleAgo: fields.milliseconds(.unstable("idle_ago")),
      unknownReason: fields.lenient(.unstable("unknown_reason")),
      choice: fields.lenient(.unstable("choice")))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try encode(into: &fields)
  }

  /// Writes the fields beside others of an enclosing object, with a `presence` its reader knows and, where
  /// that is not the exact one, the exact one beside it.
  func encode(
    into fields: inout KeyedEncodingContainer<WireKey>, for reader: PresenceVocabulary = .v3
  ) throws {
    let word = reader.nearest(to: state)
    try fields.encode(word, forKey: "presence")
    if state != word { try fields.encode(state, forKey: .unstable("presence")) }
    try fields.encodeIfPresent(lastActiveAgo, forKey: "last_active_ago")
    try fields.encodeIfPresent(currentlyActive, forKey: "currently_active")
    try fields.encodeIfPresent(statusMessage, forKey: "status_msg")
    try fields.encodeIfPresent(displayName, forKey: "displayname")
    try fields.encodeIfPresent(avatarURL, forKey: "avatar_url")
    if !deviceTypes.isEmpty { try fields.encode(deviceTypes, forKey: .unstable("device_types")) }
    try fields.encodeIfPresent(idleAgo, forKey: .unstable("idle_ago"))
    try fields.encodeIfPresent(unknownReason, forKey: .unstable("unknown_reason"))
    try fields.encodeIfPresent(choice, forKey: .unstable("choice"))
  }
}
