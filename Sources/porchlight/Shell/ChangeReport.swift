internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// One change of a roster, as `follow` tells of it.
struct ChangeReport: Encodable {
  enum Kind: String, Encodable {
    /// Somebody came onto the list.
    case added
    /// State, text, name or relation of somebody changed.
    case changed
    /// Somebody left the list.
    case removed
    /// Somebody asks to see you.
    case invite
    /// A question is settled.
    case inviteGone = "invite_gone"
    /// You look different.
    case own
  }

  let type: Kind
  let userID: UserID
  var presence: PresenceState?
  var choice: PresenceState?
  var state: String?
  var statusMessage: String?
  var displayName: String?
  /// Milliseconds.
  var lastActiveAgo: Int?
  /// Why nothing is known.
  var unknownReason: UnknownReason?

  enum CodingKeys: String, CodingKey {
    case type, presence, choice, state
    case userID = "user_id"
    case statusMessage = "status_msg"
    case displayName = "displayname"
    case lastActiveAgo = "last_active_ago"
    case unknownReason = "unknown_reason"
  }

  init(_ change: RosterChange, now: Instant) {
    switch change {
    case .added(let contact): self.init(.added, contact, now)
    case .changed(_, let contact): self.init(.changed, contact, now)
    case .removed(let contact, let end):
      self.init(.removed, contact.userID, state: end.rawValue, name: contact.displayName)
    case .invited(let invite): self.init(.invite, invite.observer, name: invite.displayName)
    case .inviteGone(let invite, let end):
      self.init(.inviteGone, invite.observer, state: end.rawValue, name: invite.displayName)
    case .own(_, let own):
      self.init(.own, own.userID, name: own.displayName)
      (presence, choice, statusMessage) = (own.state, own.choice, own.statusText)
    }
  }

  private init(_ type: Kind, _ contact: Contact, _ now: Instant) {
    self.init(type, contact.userID, state: contact.relation.rawValue, name: contact.displayName)
    (presence, statusMessage) = (contact.state, contact.statusText)
    lastActiveAgo = contact.lastSeen.map { max(0, (now - $0).wholeMilliseconds) }
    unknownReason = contact.unknownReason
  }

  private init(_ type: Kind, _ user: UserID, state: String? = nil, name: String?) {
    (self.type, userID, self.state, displayName) = (type, user, state, name)
  }

  /// For people.
  var line: String {
    let who = Output.identifier(userID).string
    let what =
      switch type {
      case .added where state == ListState.pending.rawValue: "was invited"
      case .added, .changed, .own: presence.map { StateText.of($0, unknownReason, userID) } ?? "unknown"
      case .removed: "left the list (\(state ?? ""))"
      case .invite: "asks to see you"
      case .inviteGone: "asks no more (\(state ?? ""))"
      }
    return "\(who)  \(what)" + StateText.note(statusMessage)
  }
}
