internal import FederationSimulator
internal import PresenceFederation
internal import Testing

@Suite struct ExperimentTests {
  @Test(arguments: PresencePolicy.allCases)
  func whoeverHidesLeavesNoTrace(_ policy: PresencePolicy) async {
    for seed in 1...UInt64(12) {
      let violation = Experiment.hiding(seed: seed, policy: policy)
      #expect(violation == nil, "seed \(seed): \(violation.map { "\($0)".prefix(2000) } ?? "")")
    }
  }

  @Test(arguments: PresencePolicy.allCases)
  func aSlowServerDoesNotMultiplyTheTraffic(_ policy: PresencePolicy) async {
    let ratios = (1...UInt64(12)).map { Experiment.overload(seed: $0, policy: policy) }
    // In one literal world a little more: there every answer is a message of its own, and is repeated by itself.
    #expect(ratios.reduce(0, +) / Double(ratios.count) <= 1.5, "\(ratios)")
    #expect(ratios.allSatisfy { $0 <= (policy == .literal ? 1.6 : 1.5) }, "\(ratios)")
  }

  @Test(arguments: PresencePolicy.allCases)
  func serversThatStartTogetherDoNotSpeakTogether(_ policy: PresencePolicy) async {
    for seed in 1...UInt64(3) {
      let index = Experiment.herdIndex(seed: seed, policy: policy)
      #expect(index > 0 && index <= 3, "seed \(seed)")
    }
  }
}
