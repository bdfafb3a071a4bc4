internal import MatrixWire

/// Which questions of people elsewhere are to names without an account, in the order in which they came.
struct UnclaimedQuestions: Hashable, Sendable {
  private var turns: [PresenceLists.Relation: UInt64] = [:]
  private var lastTurn: UInt64 = 0

  /// How many there are.
  var count: Int { turns.count }

  /// Adds one.
  ///
  /// - Returns: those that have to go because there are more than `most`: the oldest eighth, so that a flood costs
  ///   little each.
  mutating func insert(_ question: PresenceLists.Relation, most: Int) -> [PresenceLists.Relation] {
    lastTurn += 1
    if turns[question] == nil { turns[question] = lastTurn }
    guard turns.count > most else { return [] }
    let oldest = turns.sorted { $0.value < $1.value }.prefix(max(1, most / 8)).map(\.key)
    for question in oldest { turns[question] = nil }
    return oldest
  }

  mutating func remove(_ question: PresenceLists.Relation) { turns[question] = nil }
}
