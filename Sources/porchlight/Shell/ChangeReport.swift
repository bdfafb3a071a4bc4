internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// One change of a roster, as `follow` tells of it.
struct ChangeReport: Encodable {
  enum Kind: String, Encodable {
    /// A user came onto the list.
    case added
    /// State, text, name or relation of a contact changed.
    case changed
    /// A contact left the list.
    case removed
    /// A user asks to see you.
    case invite
    /// An invite is settled.
    case inviteGone = "invite_gone"
    /// You look different.
    case own
  }

  /// The state a contact is shown with.
  struct Appearance: Encodable {
    var presence: String?
    /// Of oneself only.
    var choice: String?
    var state: String?
    var statusMessage: String?
    var displayName: String?
    /// Milliseconds.
    var lastActiveAgo: Int?
    /// Why nothing is known.
    var unknownReason: UnknownReason?

    enum CodingKeys: String, CodingKey {
      case presence, choice, state
      case statusMessage = "status_msg"
      case displayName = "displayname"
      case lastActiveAgo = "last_active_ago"
      case unknownReason = "unknown_reason"
    }

    init(state: String? = nil, name: String?) {
      self.state = state
      displayName = name
    }

    init(_ contact: Contact, _ now: Instant) {
      presence = StateText.of(contact.state)
      state = StateText.of(contact.relation)
      statusMessage = contact.statusText
      displayName = contact.displayName
      lastActiveAgo = contact.lastSeen.map { max(0, (now - $0).wholeMilliseconds) }
      unknownReason = contact.unknownReason
    }

    init(_ own: OwnPresence) {
      presence = StateText.of(own.state)
      choice = StateText.chosen(own.choice)
      statusMessage = own.statusText
      displayName = own.displayName
    }
  }

  /// When it was heard of here.
  private let at: WallTime
  private let type: Kind
  private let userID: UserID
  private let look: Appearance
  /// How it was, where that was known.
  private let before: Appearance?

  init(_ change: RosterChange, at now: Moment) {
    at = now.wall
    let instant = now.instant
    switch change {
    case .added(let contact):
      (type, userID, look, before) = (.added, contact.userID, Appearance(contact, instant), nil)
    case .changed(let old, let contact):
      (type, userID, look, before) = (
        .changed, contact.userID, Appearance(contact, instant), Appearance(old, instant)
      )
    case .removed(let contact, let end):
      let look = Appearance(state: StateText.of(end), name: contact.displayName)
      (type, userID, self.look, before) = (.removed, contact.userID, look, Appearance(contact, instant))
    case .invited(let invite):
      (type, userID, look, before) = (.invite, invite.observer, Appearance(name: invite.displayName), nil)
    case .inviteGone(let invite, let end):
      let look = Appearance(state: end.rawValue, name: invite.displayName)
      (type, userID, self.look, before) = (.inviteGone, invite.observer, look, nil)
    case .own(let old, let own):
      // Before the first word of the server nothing was known.
      let known = old.state == .unknown ? nil : Appearance(old)
      (type, userID, look, before) = (.own, own.userID, Appearance(own), known)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case at, type, before
    case userID = "user_id"
  }

  func encode(to encoder: any Encoder) throws {
    try look.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(at.timestamp, forKey: .at)
    try fields.encode(type, forKey: .type)
    try fields.encode(userID, forKey: .userID)
    try fields.encodeIfPresent(before, forKey: .before)
  }

  /// For people.
  var line: String {
    let who = Output.identifier(userID).string
    let state = look.state ?? ""
    let what =
      switch type {
      case .added where state == StateText.of(.pending): "was invited"
      case .added, .changed, .own: appearance
      case .removed: "left the list (\(state))"
      case .invite: "asks to see you"
      case .inviteGone: "asks no more (\(state))"
      }
    return "\(who)  \(what)" + StateText.note(look.statusMessage)
  }

  private var appearance: String {
    let word = look.presence ?? StateText.of(.unknown)
    guard let reason = look.unknownReason, word == StateText.of(.unknown) else { return word }
    return StateText.of(.unknown, reason, userID)
  }
}
