/// In which rooms members see each other's presence (`--presence-sharing`, `--presence-room-limit`).
public struct PresenceSharing: Hashable, Sendable {
  public enum Rule: String, Hashable, Sendable {
    /// In every room that does not forbid it, as the specification has it.
    case spec
    /// In rooms that suggest it, which new rooms say by their preset.
    case suggest
  }

  public var rule: Rule
  /// Rooms with more members share nothing: one status would be told to all of them.
  public var largestRoom: Int

  public init(rule: Rule = .spec, largestRoom: Int = 500) {
    (self.rule, self.largestRoom) = (rule, largestRoom)
  }

  /// Whether a room with that state event shares, where it is small enough.
  func holds(_ sharing: RoomSharing?) -> Bool { rule == .spec ? sharing != .forbid : sharing == .suggest }

  /// Whether a room is too large to share. One that was shares again at nine tenths of the limit (rounded up):
  /// otherwise each user who comes or goes at the limit would change what all pairs of members see.
  func isTooLarge(members: Int, wasTooLarge: Bool) -> Bool {
    members > (wasTooLarge ? largestRoom - largestRoom / 10 : largestRoom)
  }
}
