internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// One change of a roster, as `follow` tells of it.
struct ChangeReport: Encodable {
  enum Kind: String, Encodable {
    /// A user came onto the list, or into a room with you.
    case added
    /// State, text, name or relation of a contact changed.
    case changed
    /// A contact left the list, or a user the last room with you.
    case removed
    /// A user asks to see you.
    case invite
    /// An invite is settled.
    case inviteGone = "invite_gone"
    /// You look different.
    case own
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
      // A user who was around before comes onto the list like any other.
      let isNew = old.relation == nil && contact.relation != nil
      (type, userID, look, before) = (
        isNew ? .added : .changed, contact.userID, Appearance(contact, instant), Appearance(old, instant)
      )
    case .removed(let contact, let end):
      let look = Appearance(state: StateText.of(end), name: contact.displayName)
      (type, userID, self.look, before) = (.removed, contact.userID, look, Appearance(contact, instant))
    case .left(let contact):
      let look = Appearance(state: "left", name: contact.displayName)
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
      case .added, .changed, .own: state == StateText.around ? "\(appearance) (\(state))" : appearance
      case .removed where before?.state == StateText.around: "shares no room with you any more"
      case .removed: "left the list (\(state))"
      case .invite: "asks to see you"
      case .inviteGone: "asks no more (\(state))"
      }
    return "\(who)  \(what)" + StateText.note(look.statusMessage)
  }

  private var appearance: String {
    let word = look.presence ?? StateText.of(.unknown)
    guard let reason = look.unknownReason, word == StateText.of(.unknown) else { return word }
    if let seen = look.seen { return "\(StateText.of(.unknown)): \(seen.words)" }
    return StateText.of(.unknown, reason, userID)
  }
}
