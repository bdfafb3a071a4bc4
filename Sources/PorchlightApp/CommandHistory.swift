/// The command lines that were run in this session.
struct CommandHistory: Hashable, Sendable {
  /// How many are kept.
  static let limit = 100

  /// The newest last; none twice in a row.
  private(set) var lines: [String] = []

  mutating func add(_ line: String) {
    guard line != lines.last else { return }
    lines.append(line)
    lines.removeFirst(max(0, lines.count - Self.limit))
  }
}
