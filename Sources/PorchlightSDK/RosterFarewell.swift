/// What became of a good-bye.
public struct RosterFarewell: Hashable, Sendable {
  /// Whether the server took the status that went along.
  public let isStatusTaken: Bool
  /// Whether others see the user until the server notices by itself, because it takes no status so soon after the last.
  public let isTooSoon: Bool

  public init(isStatusTaken: Bool = false, isTooSoon: Bool = false) {
    (self.isStatusTaken, self.isTooSoon) = (isStatusTaken, isTooSoon)
  }
}
