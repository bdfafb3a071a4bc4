public import MatrixWire
internal import Ports

/// A choice of presence and text, checked: not stored, and not true yet.
///
/// It is made of the user's own choice and text, which nothing but another such decision changes: those of one user have
/// to wait for each other. Devices come and go meanwhile; `PresenceRules.apply` leaves them as they are by then.
public struct StatusDecision: Hashable, Sendable {
  public let user: UserID
  let update: StatusUpdate
  let device: DeviceID?
  let isActivity: Bool
  let decidedAt: Moment
  /// What has to be stored before it is applied, without a profile. Where the user begins to hide and was active since,
  /// what others go on seeing is that much newer than here: `PresenceRules.record` has it once this is applied.
  public let record: PresenceRecord
}
