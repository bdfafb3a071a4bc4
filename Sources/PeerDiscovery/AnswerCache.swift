internal import Ports

/// Answers that count for a while, at most so many: the one used longest ago makes room.
struct AnswerCache<Answer> {
  private struct Entry {
    var answer: Answer
    let told: Instant
    var expires: Instant
    var lastUse: UInt64
  }

  private let capacity: Int
  private var entries: [String: Entry] = [:]
  private var uses: UInt64 = 0

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { entries.count }

  /// An answer that still counts.
  mutating func answer(to question: String, at now: Instant) -> Answer? {
    guard let entry = entries[question], now < entry.expires else { return nil }
    uses += 1
    entries[question]?.lastUse = uses
    return entry.answer
  }

  /// What was answered last, though it may have expired.
  func lastAnswer(to question: String) -> Answer? { entries[question]?.answer }

  mutating func remember(_ answer: Answer, to question: String, at now: Instant, for lifetime: Duration) {
    if entries[question] == nil, entries.count >= capacity { makeRoom() }
    uses += 1
    entries[question] = Entry(answer: answer, told: now, expires: now + lifetime, lastUse: uses)
  }

  /// Lets an answer count no longer if it was told before an instant.
  ///
  /// - Returns: the answer.
  mutating func expire(_ question: String, ifOlderThan before: Instant) -> Answer? {
    guard let entry = entries[question] else { return nil }
    if entry.told <= before { entries[question]?.expires = .init(nanoseconds: .min) }
    return entry.answer
  }

  /// An eighth at a time, so that a flood of names costs little each.
  private mutating func makeRoom() {
    let oldest = entries.map { ($0.value.lastUse, $0.key) }.sorted { $0.0 < $1.0 }
    for (_, question) in oldest.prefix(max(1, capacity / 8)) { entries[question] = nil }
  }
}
