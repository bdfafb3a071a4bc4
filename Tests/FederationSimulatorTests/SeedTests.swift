internal import FederationSimulator
internal import PresenceFederation
internal import Testing

@Suite struct SeedTests {
  @Test func theSameSeedGivesTheSameWorld() {
    let (first, second) = (SeedCheck.run(seed: 7, policy: .tight), SeedCheck.run(seed: 7, policy: .tight))
    #expect(first.hash == second.hash)
    #expect(first.events == second.events)
    #expect(first.hash != SeedCheck.run(seed: 8, policy: .tight).hash)
  }
}
