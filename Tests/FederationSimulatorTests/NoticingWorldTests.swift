internal import FederationSimulator
internal import PresenceFederation
internal import Testing

/// Single worlds in which wrong decisions of the engine show. `.ci/plant-faults` plants each of these and names the
/// world that has to notice it; without any, all worlds hold.
@Suite struct NoticingWorldTests {
  @Test func aWorldFullOfFaultsHoldsWhatHasToHold() { holds(seed: 1, policy: .tight) }

  @Test func nothingIsPushedWhereNobodyLooks() { holds(seed: 2, policy: .economical) }

  @Test func serversThatNeverRestAreRemindedYet() { holds(seed: 19, policy: .tight) }

  @Test func anAcceptOutlivesACrash() { holds(seed: 71, policy: .economical) }

  @Test func whoHidesLeavesNoTrace() {
    #expect(Experiment.hiding(seed: 5, policy: .economical) == nil)
  }

  private func holds(seed: UInt64, policy: PresencePolicy) {
    let report = SeedCheck.run(seed: seed, policy: policy)
    #expect(report.violations.isEmpty, "\(report.violations.map(\.description))")
  }
}
