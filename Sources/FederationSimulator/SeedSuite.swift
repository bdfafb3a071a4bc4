public import PresenceFederation

/// Many seeds, on as many threads as there are, and what they come to together.
public enum SeedSuite {
  public struct Case: Hashable, Sendable {
    public let seed: UInt64
    public let policy: PresencePolicy

    public init(seed: UInt64, policy: PresencePolicy) {
      self.seed = seed
      self.policy = policy
    }
  }

  /// What many seeds come to.
  public struct Summary: Sendable {
    public private(set) var seeds = 0
    public private(set) var events = 0
    public private(set) var messages = 0
    public private(set) var failures: [SeedReport] = []
    public private(set) var reached: Set<Rarity> = []
    private var delays: [Double] = []
    private var healed = 0
    private var healing = 0

    mutating func add(_ report: SeedReport) {
      seeds += 1
      events += report.events
      messages += report.messages
      reached.formUnion(report.reached)
      delays += report.delays
      healed += report.healed
      healing += report.healing
      if !report.violations.isEmpty { failures.append(report) }
    }

    /// States no seed came to.
    public var missing: [Rarity] { Rarity.allCases.filter { !reached.contains($0) } }

    /// Seconds until 99 of 100 watchers saw a user come online.
    public var slowestDelay: Double? {
      let sorted = delays.sorted()
      return sorted.isEmpty ? nil : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    }

    /// The share of views that were right 45 s after a partition.
    public var healedShare: Double? { healing == 0 ? nil : Double(healed) / Double(healing) }

    /// What is asked of many worlds together and does not hold, for people; few worlds prove nothing of it.
    public var shortcomings: [String] {
      guard seeds >= SeedSuite.enough else { return [] }
      var lines = missing.map { "never reached: \($0.rawValue)" }
      if let slowestDelay, slowestDelay > SeedSuite.longestDelay {
        lines.append(
          "too late: 99 of 100 who came online were seen within \(tenths(slowestDelay)) s, "
            + "at most \(tenths(SeedSuite.longestDelay)) s")
      }
      if let healedShare, healedShare < SeedSuite.leastHealed {
        lines.append(
          "not healed: 45 s after a partition \(tenths(healedShare * 100)) % of the views were right, "
            + "at least \(tenths(SeedSuite.leastHealed * 100)) %")
      }
      return lines
    }

    /// Whether every world holds, and what is asked of many together.
    public var holds: Bool { failures.isEmpty && shortcomings.isEmpty }

    /// For people.
    public var lines: [String] {
      var lines = ["\(seeds) worlds, \(events) engine events, \(messages) messages, \(failures.count) failed"]
      if let slowestDelay {
        lines.append(
          "99 of 100 who came online were seen within \(tenths(slowestDelay)) s, of \(delays.count)")
      }
      if let healedShare {
        lines.append("45 s after a partition \(tenths(healedShare * 100)) % of \(healing) views were right")
      }
      return lines + shortcomings
    }

    private func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
  }

  /// Whether the simulator was compiled with optimisation (`PORCHLIGHT_OPTIMIZE=1`, or a release build): without, it
  /// is some fifteen times slower, and a test does with fewer worlds.
  public static let isOptimised = !_isDebugAssertConfiguration()

  /// The batch window with its jitter, and two seconds.
  public static let longestDelay = 17.0
  /// The share of views that are right 45 s after a partition.
  public static let leastHealed = 0.99
  /// From how many worlds on shares are judged, and what none of them came to.
  public static let enough = 100

  /// Runs worlds side by side; their reports come as they end.
  public static func run(
    _ cases: [Case], each: (SeedReport) -> Void = { _ in }
  ) async -> Summary {
    var summary = Summary()
    await withTaskGroup(of: SeedReport.self) { group in
      var rest = cases[...]
      for next in rest.prefix(width) { group.addTask { await world(next) } }
      rest = rest.dropFirst(width)
      for await report in group {
        summary.add(report)
        each(report)
        if let next = rest.popFirst() { group.addTask { await world(next) } }
      }
    }
    return summary
  }

  /// More than there are processors costs nothing.
  private static let width = 8

  @concurrent
  private static func world(_ next: Case) async -> SeedReport {
    SeedCheck.run(seed: next.seed, policy: next.policy)
  }
}

extension SeedReport {
  /// For people.
  public var line: String {
    let outcome = violations.isEmpty ? "holds" : "FAILS"
    return "seed \(seed) \(policy.rawValue): \(servers) servers, \(people) people, \(events) engine events, "
      + "\(faults) faults, \(crashes) crashes, \(messages) messages, \(String(hash, radix: 16)): \(outcome)"
  }
}
