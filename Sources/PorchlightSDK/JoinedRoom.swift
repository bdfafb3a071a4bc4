public import MatrixWire

/// A room that the user is in, as far as presence needs it.
///
/// Text in here comes from others: sanitise it before it goes to a terminal.
public struct JoinedRoom: Hashable, Sendable {
  /// A user who is in the room or invited to it, and how they are called there.
  public struct Member: Hashable, Sendable {
    /// `join` or `invite`.
    public let membership: Membership
    public let displayName: String?
    public let avatarURL: String?
  }

  public let roomID: RoomID
  /// What it is called; never empty.
  public private(set) var name: String
  public private(set) var alias: RoomAlias?
  /// Those who are in it and those who are invited, the user included; not all where the server tells only those whom it
  /// thinks needed.
  public private(set) var members: [UserID: Member] = [:]
  /// Nil for a rule that nobody knows, which lets nobody in.
  public private(set) var joinRule: RoomJoinRule? = .invited
  /// What the room says about the presence of its members; whether they share it is for `JoinedRooms` to say.
  public private(set) var sharing: RoomPresenceSharing?

  let owner: UserID
  private(set) var givenName: String?
  private(set) var summary = RoomSummary()
  /// Of those told.
  private var counts: [Membership: Int] = [:]
  /// How many members bear each display name.
  private(set) var bearers: [String: Int] = [:]
  /// The first few others by their IDs; nil where they have to be looked for.
  private(set) var firstOthers: [UserID]? = []

  init(_ roomID: RoomID, of owner: UserID) {
    (self.roomID, self.owner, name) = (roomID, owner, Self.nameOfEmptyRoom)
  }

  /// How many are in it.
  public var joinedCount: Int { summary.joinedCount ?? counts[.join] ?? 0 }

  /// How many are invited to it.
  public var invitedCount: Int { summary.invitedCount ?? counts[.invite] ?? 0 }

  /// Takes what is new of the room.
  ///
  /// - Returns: the members of whom something changed.
  mutating func apply(_ update: RoomUpdate) -> Set<UserID> {
    var touched: Set<UserID> = []
    var isRenamed = !update.summary.isEmpty
    summary.heroes = update.summary.heroes ?? summary.heroes
    summary.joinedCount = update.summary.joinedCount ?? summary.joinedCount
    summary.invitedCount = update.summary.invitedCount ?? summary.invitedCount
    for event in update.stateChanges {
      switch event.content {
      case .member(let user, let content): if set(content, of: user) { touched.insert(user) }
      case .name(let text):
        givenName = DisplayName.shown(text)
        isRenamed = true
      case .canonicalAlias(let alias):
        self.alias = alias
        isRenamed = true
      case .joinRule(let rule): joinRule = rule
      case .presenceSharing(let sharing): self.sharing = sharing
      case .topic, .message, .unrecognized: break
      }
    }
    if firstOthers == nil { firstOthers = others(most: RoomSummary.mostHeroes) }
    if isRenamed || !touched.isEmpty { name = calculatedName }
    return touched
  }

  /// - Returns: whether that changed anything.
  private mutating func set(_ content: MemberContent, of user: UserID) -> Bool {
    let isThere = content.membership == .join || content.membership == .invite
    let after =
      isThere
      ? Member(
        membership: content.membership, displayName: content.displayName, avatarURL: content.avatarURL)
      : nil
    let before = members[user]
    guard before != after else { return false }
    members[user] = after
    if let before { count(before, -1) }
    if let after { count(after, 1) }
    if user != owner { keepFirstOthers(user, isNew: before == nil, isGone: after == nil) }
    return true
  }

  private mutating func count(_ member: Member, _ difference: Int) {
    counts[member.membership, default: 0] += difference
    guard let name = member.displayName else { return }
    let count = (bearers[name] ?? 0) + difference
    bearers[name] = count == 0 ? nil : count
  }

  private mutating func keepFirstOthers(_ user: UserID, isNew: Bool, isGone: Bool) {
    if isNew {
      firstOthers?.insert(user, keeping: RoomSummary.mostHeroes)
    } else if isGone, firstOthers?.contains(user) ?? false {
      firstOthers = nil
    }
  }
}
