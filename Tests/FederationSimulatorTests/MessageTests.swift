internal import FederationSimulator
internal import PresenceFederation
internal import Testing

@Suite struct MessageTests {
  @Test(arguments: SeedSuite.isOptimised ? MessageWorkload.usual : MessageWorkload.tiny)
  func aDayCostsWhatTheCalculatorSaysAndNoMoreThanItMay(_ workload: MessageWorkload) async {
    let report = await workload.report()
    for line in report.lines { print(line) }
    #expect(report.failures == [])
    for policy in PresencePolicy.allCases {
      #expect((report.counts[policy]?.total ?? 0) >= report.optimum)
    }
    #expect(report.polling > report.counts[.tight]?.total ?? .max)
  }
}
