public import MatrixWire

/// A user in a room, or who was: what is needed of them all the time. Their event is in the store.
public struct Member: Hashable, Sendable {
  public let user: UserID
  public private(set) var displayName: String?
  public private(set) var avatarURL: String?
  /// Place of their event in the stream.
  public let position: UInt64
  /// Place of the event by which they came in; for those who are not there, of their event.
  public internal(set) var joinedAt: UInt64
  /// What else their event says, beside what holds for that event alone; nil where it is nothing.
  public let otherContent: CanonicalJSON.Object?
  public let event: EventID
  public let membership: Membership
  /// The user does not want to see the room any more.
  public internal(set) var isForgotten = false

  /// Keys that are not carried over to the next event of the same membership.
  static let momentaryKeys = ["reason", "is_direct", "join_authorised_via_users_server"]

  /// Nil for what is no membership.
  init?(_ event: PDU, user: UserID) {
    var fields = event.fields
    guard let membership = fields["membership"]?.text.flatMap({ Membership(rawValue: $0) }) else {
      return nil
    }
    (self.user, self.membership, self.event, position) = (user, membership, event.id, event.position)
    joinedAt = event.position
    displayName = fields[ProfileField.displayName]?.text
    avatarURL = fields[ProfileField.avatarURL]?.text
    let known = [ProfileField.displayName, ProfileField.avatarURL, "membership"]
    for key in known + Self.momentaryKeys { fields[key] = nil }
    otherContent = fields.members.isEmpty ? nil : fields
  }

  /// Takes the texts of a profile where they are the same: a user in many rooms then has them once.
  mutating func share(_ profile: Profile) {
    if let name = profile.displayName, displayName?.hasBytes(of: name) ?? false { displayName = name }
    if let url = profile.avatarURL, avatarURL?.hasBytes(of: url) ?? false { avatarURL = url }
  }

  public var profile: Profile { Profile(displayName: displayName, avatarURL: avatarURL) }
}

/// By what is stored.
extension Member {
  public static func == (left: Member, right: Member) -> Bool {
    left.user == right.user && left.profile == right.profile
      && left.position == right.position && left.joinedAt == right.joinedAt
      && left.otherContent == right.otherContent
      && left.event == right.event
      && left.membership == right.membership && left.isForgotten == right.isForgotten
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(user)
    hasher.combine(event)
  }
}
