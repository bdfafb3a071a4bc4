internal import FederationSimulator
internal import PorchlightTestSupport
internal import PresenceFederation
internal import Testing

@Suite(.usesAllCores) struct MessageTests {
  @Test(arguments: SeedSuite.isOptimised ? MessageWorkload.small : MessageWorkload.tiny)
  func aDayCostsWhatTheCalculatorSaysAndNoMoreThanItMay(_ workload: MessageWorkload) async {
    let report = await workload.report()
    for line in report.lines { print(line) }
    #expect(report.failures == [])
    for policy in PresencePolicy.allCases {
      #expect((report.counts[policy]?.total ?? 0) >= report.optimum)
    }
    #expect(report.polling > report.counts[.tight]?.total ?? .max)
  }

  /// All 2,000 people, under the policies that are meant to be used; `porchlight simulate messages` has the rest.
  @Test(.enabled(if: SeedSuite.isOptimised))
  func aHundredServersHoldWhole() async throws {
    let workload = try #require(MessageWorkload.all.last)
    let report = await workload.report([.tight, .economical])
    for line in report.lines { print(line) }
    #expect(report.counts.count == 2)
    #expect(report.failures == [])
  }
}
