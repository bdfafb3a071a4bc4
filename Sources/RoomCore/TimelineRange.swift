/// A part of the stream of a server, by positions.
public struct TimelineRange: Hashable, Sendable {
  /// The position before the first; 0 is the beginning.
  public var after: UInt64
  /// The last position; one that is not there yet is the end.
  public var through: UInt64

  public init(after: UInt64 = 0, through: UInt64 = .max) { (self.after, self.through) = (after, through) }

  /// Whether nothing can be in it.
  public var isEmpty: Bool { after >= through }

  public func contains(_ position: UInt64) -> Bool { position > after && position <= through }
}
