public import PresenceFederation

/// A workload kept in the repository: half of the people at desktops, half with telephones, 20 contacts each, one
/// day.
public struct MessageWorkload: Hashable, Sendable {
  public let name: String
  public let servers: Int
  public let peoplePerServer: Int
  let seed: UInt64
  /// What `tight` may cost of `literal`, and `economical` of `tight`.
  public let mostOfLiteral: Double
  public let mostOfTight: Double

  /// The whole table.
  public static let all = [
    MessageWorkload(
      name: "2,000 servers with 1 person", servers: 2000, peoplePerServer: 1, seed: 2000, mostOfLiteral: 0.25,
      mostOfTight: 0.65),
    MessageWorkload(
      name: "100 servers with 20 people", servers: 100, peoplePerServer: 20, seed: 100, mostOfLiteral: 0.5,
      mostOfTight: 0.75),
  ]

  /// The same with fewer people: everybody has as many contacts, so that a person costs about as much.
  public static let small = [
    MessageWorkload(
      name: "200 servers with 1 person", servers: 200, peoplePerServer: 1, seed: 200, mostOfLiteral: 0.25,
      mostOfTight: 0.65),
    MessageWorkload(
      name: "20 servers with 20 people", servers: 20, peoplePerServer: 20, seed: 20, mostOfLiteral: 0.5,
      mostOfTight: 0.75),
  ]

  /// For a build without optimisation.
  public static let tiny = [
    MessageWorkload(
      name: "30 servers with 1 person", servers: 30, peoplePerServer: 1, seed: 30, mostOfLiteral: 0.25,
      mostOfTight: 0.65)
  ]

  /// The span for which the first change waits for others.
  static let window: Duration = .seconds(30)

  var trace: SessionTrace { SessionTrace(servers: servers, peoplePerServer: peoplePerServer, seed: seed) }

  /// Counts, over real engines.
  public func count(_ policy: PresencePolicy) -> MessageCount {
    guard var world = MessageWorld(trace, policy: policy, window: Self.window) else { return MessageCount() }
    return world.run()
  }

  /// What the calculator says, by policy.
  package func forecasts(_ policies: [PresencePolicy] = PresencePolicy.allCases) -> [PresencePolicy: Int] {
    let calculator = Calculator(trace, window: Self.window / .seconds(1))
    var forecasts: [PresencePolicy: Int] = [:]
    for policy in policies { forecasts[policy] = calculator.forecast(policy.forecast).total }
    return forecasts
  }

  /// Counts under every policy, or some, side by side, and what the calculator says to it.
  public func report(_ policies: [PresencePolicy] = PresencePolicy.allCases) async -> MessageReport {
    let counts = await withTaskGroup(of: (PresencePolicy, MessageCount).self) { group in
      for policy in policies { group.addTask { (policy, await counted(policy)) } }
      var counts: [PresencePolicy: MessageCount] = [:]
      for await (policy, count) in group { counts[policy] = count }
      return counts
    }
    let calculator = Calculator(trace, window: Self.window / .seconds(1))
    return MessageReport(
      workload: self, counts: counts, forecasts: forecasts(policies), polling: calculator.polling(),
      optimum: calculator.optimum())
  }

  @concurrent
  private func counted(_ policy: PresencePolicy) async -> MessageCount { count(policy) }
}

extension PresencePolicy {
  fileprivate var forecast: Calculator.Policy {
    switch self {
    case .literal: .literal
    case .tight: .tight
    case .economical: .economical
    }
  }
}

/// What a workload costs under every policy.
public struct MessageReport: Sendable {
  public let workload: MessageWorkload
  public let counts: [PresencePolicy: MessageCount]
  /// What the calculator says.
  public let forecasts: [PresencePolicy: Int]
  /// Requests, if everybody asked for every contact once a minute.
  public let polling: Int
  /// The least there can be.
  public let optimum: Int

  /// How far the calculator is off, as a share of what was counted.
  public func error(_ policy: PresencePolicy) -> Double {
    guard let count = counts[policy]?.total, let forecast = forecasts[policy], count > 0 else {
      return .infinity
    }
    return Double(forecast - count) / Double(count)
  }

  /// What one policy costs of another.
  public func ratio(_ policy: PresencePolicy, to other: PresencePolicy) -> Double {
    guard let count = counts[policy]?.total, let whole = counts[other]?.total, whole > 0 else {
      return .infinity
    }
    return Double(count) / Double(whole)
  }

  /// What does not hold of it, for people.
  public var failures: [String] {
    var failures: [String] = []
    for policy in PresencePolicy.allCases where counts[policy] != nil && !(abs(error(policy)) <= 0.02) {
      failures.append("\(policy.rawValue): the calculator is off by \(Self.percent(error(policy)))")
    }
    for (policy, other, most) in [
      (PresencePolicy.tight, PresencePolicy.literal, workload.mostOfLiteral),
      (.economical, .tight, workload.mostOfTight),
    ] where counts[policy] != nil && counts[other] != nil && !(ratio(policy, to: other) <= most) {
      failures.append(
        "\(policy.rawValue) costs \(Self.percent(ratio(policy, to: other))) of \(other.rawValue), "
          + "at most \(Self.percent(most))")
    }
    return failures
  }

  /// The table.
  public var lines: [String] {
    var lines = ["\(workload.name), one day: HTTP requests"]
    let columns =
      ["", "requests"] + MessageCause.allCases.map(\.rawValue) + ["in bodies", "calculated", "of the least"]
    lines.append(Self.row(columns))
    for policy in PresencePolicy.allCases {
      guard let count = counts[policy], let forecast = forecasts[policy] else { continue }
      let causes = MessageCause.allCases.map { "\(count.requests[$0] ?? 0)" }
      lines.append(
        Self.row(
          [policy.rawValue, "\(count.total)"] + causes
            + ["\(count.answersInBodies)", "\(forecast)", times(count.total)]))
    }
    let gap = MessageCause.allCases.map { _ in "" } + ["", ""]
    lines.append(Self.row(["60 s polling", "\(polling)"] + gap + [times(polling)]))
    lines.append(Self.row(["the least", "\(optimum)"] + gap + [times(optimum)]))
    return lines + failures.map { "does not hold: \($0)" }
  }

  private func times(_ count: Int) -> String {
    "\((Double(count) / Double(max(1, optimum)) * 10).rounded() / 10)x"
  }

  private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

  private static func row(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let gap = String(repeating: " ", count: max(0, (index == 0 ? 13 : 11) - cell.count))
      return index == 0 ? cell + gap : gap + cell
    }.joined(separator: " ")
  }
}
