internal import FederationSimulator
internal import PorchlightTestSupport
internal import PresenceFederation
internal import Testing

/// Worlds by the hundred. A failure prints the command that shows exactly this world again.
@Suite(.usesAllCores) struct SeedTests {
  @Test func worldsFullOfFaultsHoldWhatHasToHold() async {
    let cases = (1...UInt64(SeedSuite.isOptimised ? 510 : 30)).map { seed in
      SeedSuite.Case(seed: seed, policy: PresencePolicy.allCases[Int(seed % 3)])
    }
    var poor: [String] = []
    let summary = await SeedSuite.run(cases) { report in
      if report.events < 2000 || report.faults < 5 || report.crashes < 1 { poor.append(report.line) }
    }
    for failure in summary.failures {
      let violations = failure.violations.map(\.description).joined(separator: "\n  ")
      Issue.record("\(failure.line)\n  \(violations)\n  \(failure.command)")
    }
    #expect(poor.isEmpty, "too little happened")
    if SeedSuite.isOptimised { #expect(summary.missing == [], "states that no seed came to") }
    #expect((summary.slowestDelay ?? .infinity) <= 17, "seconds until 99 of 100 saw who came online")
    #expect((summary.healedShare ?? 0) >= 0.99, "views that were right 45 s after a partition")
    for line in summary.lines { print(line) }
  }

  @Test func aFewWorldsAreOnlyJudgedOneByOne() async {
    let summary = await SeedSuite.run([SeedSuite.Case(seed: 1, policy: .tight)])
    #expect(!summary.missing.isEmpty)
    #expect(summary.shortcomings == [])
    #expect(summary.holds)
  }

  @Test(arguments: PresencePolicy.allCases)
  func theSameSeedGivesTheSameWorld(_ policy: PresencePolicy) {
    for seed in 1...UInt64(5) {
      let (first, second) = (
        SeedCheck.run(seed: seed, policy: policy), SeedCheck.run(seed: seed, policy: policy)
      )
      #expect(first.hash == second.hash)
      #expect(first.events == second.events)
    }
    #expect(
      SeedCheck.run(seed: 1, policy: policy).hash != SeedCheck.run(seed: 2, policy: policy).hash)
  }
}
