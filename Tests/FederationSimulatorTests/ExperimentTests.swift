internal import FederationSimulator
internal import PorchlightTestSupport
internal import PresenceFederation
internal import Testing

@Suite(.usesAllCores) struct ExperimentTests {
  @Test(arguments: PresencePolicy.allCases)
  func whoeverHidesLeavesNoTrace(_ policy: PresencePolicy) async {
    for seed in 1...UInt64(12) {
      let violation = Experiment.hiding(seed: seed, policy: policy)
      #expect(violation == nil, "seed \(seed): \(violation.map { "\($0)".prefix(2000) } ?? "")")
    }
  }

  @Test(arguments: PresencePolicy.allCases)
  func aSlowServerDoesNotMultiplyTheTraffic(_ policy: PresencePolicy) async {
    for seed in 1...UInt64(12) {
      // One of eight, and one of two: there all traffic is with it.
      #expect(Experiment.overload(seed: seed, policy: policy) <= 1.5, "seed \(seed)")
      let (slow, usual) = Experiment.overloaded(seed: seed, policy: policy, servers: 2, people: 20)
      #expect(Double(slow.messages) <= 1.5 * Double(usual.messages), "seed \(seed), two servers")
    }
  }

  @Test(arguments: PresencePolicy.allCases)
  func serversThatStartTogetherDoNotSpeakTogether(_ policy: PresencePolicy) async {
    for seed in 1...UInt64(3) {
      let index = Experiment.herdIndex(seed: seed, policy: policy)
      #expect(index > 0 && index <= 3, "seed \(seed)")
    }
  }
}
