public import MatrixWire
public import Ports

/// One person on the own list, or in a room with the own user, as far as is known.
///
/// Text in here comes from others: sanitise it before it goes to a terminal.
public struct Contact: Hashable, Sendable {
  public let userID: UserID
  /// `pending` until they answered, then `accepted`; nil for a user who is not on the list.
  public internal(set) var relation: ListState?
  public internal(set) var state: PresenceState = .unknown
  /// While true they count as active now, whatever `lastActive` says.
  public internal(set) var currentlyActive = false
  /// On the session's clock.
  public internal(set) var lastActive: Instant?
  public internal(set) var statusText: String?
  /// What their presence says they are called, and what rooms do.
  private(set) var statedName: String?
  var roomName: String?
  public internal(set) var deviceTypes: [DeviceType] = []
  public internal(set) var idleSince: Instant?
  /// What they were last seen to do, on a server that tells no presence.
  public internal(set) var trace: Trace?
  /// Why nothing is known, where that is said.
  public internal(set) var unknownReason: UnknownReason?

  init(userID: UserID, relation: ListState?) {
    self.userID = userID
    self.relation = relation
  }

  /// As their presence has it, or else the rooms that they share.
  public var displayName: String? { statedName ?? roomName }

  /// The display name, or the localpart of the user ID where there is none.
  public var name: String { displayName ?? String(userID.localpart) }

  /// The last time they are known to have been there. For an idle contact that is the start of idleness, which is later
  /// than what counts as activity (Protocol 5.4 counts rises only).
  public var lastSeen: Instant? { idleSince ?? lastActive }

  /// What is known of their presence, as if it was said now.
  ///
  /// - Parameter now: what ages are counted from.
  /// - Returns: their presence.
  public func content(at now: Instant) -> PresenceContent {
    func ago(_ instant: Instant?) -> Int? { instant.map { max(0, (now - $0).wholeMilliseconds) } }
    return PresenceContent(
      state: state, lastActiveAgo: ago(lastActive), currentlyActive: currentlyActive ? true : nil,
      statusMessage: statusText, displayName: displayName, deviceTypes: deviceTypes,
      idleAgo: ago(idleSince), unknownReason: unknownReason)
  }

  mutating func apply(_ content: PresenceContent, receivedAt now: Instant) {
    func since(_ ago: Int?) -> Instant? { ago.map { now - .milliseconds($0) } }
    state = content.state
    currentlyActive = content.currentlyActive ?? false
    lastActive = since(content.lastActiveAgo) ?? (content.state == .unknown ? lastActive : nil)
    statusText = content.statusMessage.flatMap { $0.isEmpty ? nil : $0 }
    deviceTypes = content.deviceTypes
    idleSince = since(content.idleAgo)
    unknownReason = content.unknownReason
    // "" is cleared, absent is not stated (Protocol 8).
    if let name = content.displayName { statedName = DisplayName.shown(name) }
  }

  /// Takes note that their presence is not to be seen any more.
  mutating func forget(_ reason: UnknownReason) {
    guard state != .unknown || unknownReason != reason else { return }
    var stranger = Contact(userID: userID, relation: relation)
    (stranger.roomName, stranger.trace, stranger.unknownReason) = (roomName, trace, reason)
    self = stranger
  }
}

extension Contact {
  /// Whether the difference is worth telling. Ages are left out: counted back from the arrival, they vary with the
  /// network.
  func differs(from other: Contact) -> Bool {
    func same(_ left: Instant?, _ right: Instant?) -> Bool {
      guard let left, let right else { return left == right }
      return max(left - right, right - left) < .seconds(2)
    }
    var aligned = other
    if same(lastActive, other.lastActive) { aligned.lastActive = lastActive }
    if same(idleSince, other.idleSince) { aligned.idleSince = idleSince }
    return self != aligned
  }
}
