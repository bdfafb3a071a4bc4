/// The places in the stream of a server, given in order, and up to where nothing is missing.
///
/// What has a place is told once it is stored, and a later place may be stored first: a reader who went on after it would
/// never see the earlier one.
public struct StreamPositions: Hashable, Sendable {
  /// The last place that was given.
  public private(set) var last: UInt64
  /// First place of each decision under way, and how many there are of it.
  private var open: [UInt64: Int] = [:]

  public init(after last: UInt64 = 0) { self.last = last }

  /// The last place up to which everything has happened or never will: how far readers may go.
  public var settled: UInt64 { open.keys.min().map { $0 - 1 } ?? last }

  /// Whether anything with an earlier place has not happened yet, and may still.
  public func hasOpen(before place: UInt64) -> Bool { open.keys.contains { $0 < place } }

  /// Takes the places of a decision.
  mutating func begin(_ places: Range<UInt64>) {
    guard !places.isEmpty else { return }
    last = max(last, places.upperBound - 1)
    open[places.lowerBound, default: 0] += 1
  }

  /// Gives them back as used.
  mutating func end(_ places: Range<UInt64>) {
    guard !places.isEmpty, let count = open[places.lowerBound] else { return }
    open[places.lowerBound] = count > 1 ? count - 1 : nil
  }
}
