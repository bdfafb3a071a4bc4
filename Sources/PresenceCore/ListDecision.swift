public import MatrixWire
internal import Ports

/// What one command, message or deadline does to the relation of two users.
///
/// A value: nothing of it has happened. Its record has to be durable before `PresenceRules.apply` makes it true, and its
/// effects may only be carried out after that. Between the two, other decisions about the same relation have to wait.
/// What waits for nobody (deadlines, a newcomer, other relations that take the last place) may still change what the
/// decision was made of: `PresenceRules.isCurrent` says whether it did, and then it has to be decided again.
public struct ListDecision: Hashable, Sendable {
  /// Something beside the relation itself that the decision was made of.
  enum Fact: Hashable, Sendable {
    /// The observed user has the owner on their list, with consent.
    case isWatchedBack
    /// The owner and the observed user are in a room together.
    case hasCommonRoom
    /// The observed user has an account. Only asked where it decides something: the time it takes would tell.
    case exists
    /// One more local user may wait for the observed user's answer.
    case hasRoomForLocalInvite
    /// One more invite of the owner's server may wait for the observed user's answer.
    case hasRoomForPeer
    /// There is an accepted relation with the owner's server.
    case isPeerMet
    /// The owner's last invite came a moment ago.
    case isThrottled
  }

  struct Finding: Hashable, Sendable {
    let fact: Fact
    let holds: Bool
  }

  struct DeadlineChange: Hashable, Sendable {
    let deadline: PresenceRules.Deadline
    /// Nil where there is none any more.
    let instant: Instant?
  }

  /// The user whose list it is.
  public var owner: UserID { relation.owner }
  /// The user on that list.
  public var observed: UserID { relation.observed }
  /// The relation it was decided for, and what that becomes.
  public let before: PresenceLists.Relationship
  public internal(set) var after: PresenceLists.Relationship
  /// What has to be done once it is applied, in order.
  public internal(set) var effects: [PresenceEffect] = []
  /// Why a command does nothing.
  public internal(set) var refusal: MatrixError?

  package let relation: Relation
  let decidedAt: Moment
  /// The pause between the owner's invites, and what becomes of it; nil where the next may be delivered.
  let pauseBefore: InvitePause?
  var pause: InvitePause?
  var findings: [Finding] = []
  var deadlines: [DeadlineChange] = []
  var throttled: InviteThrottle.Step?
  /// Whether a place among the invites that wait for the observed user became free.
  var endsInvite = false

  init(
    _ relation: Relation, _ relationship: PresenceLists.Relationship, pause: InvitePause?,
    decidedAt: Moment
  ) {
    self.relation = relation
    (before, after) = (relationship, relationship)
    (pauseBefore, self.pause) = (pause, pause)
    self.decidedAt = decidedAt
  }

  /// What has to be stored before it is applied; nil where nothing has to.
  public var record: RelationshipRecord? {
    after == before ? nil : RelationshipRecord(owner: owner, observed: observed, relationship: after)
  }
}
