internal import PresenceFederation
internal import Testing

@testable internal import FederationSimulator

/// A decision of the engine, made wrongly on purpose.
struct PlantedFault: CustomTestStringConvertible, Sendable {
  let name: String
  let plant: @Sendable (inout PolicyPoints) -> Void
  /// Whether it takes a pair of worlds to see it.
  var needsPair = false

  var testDescription: String { name }

  static let all = [
    PlantedFault(name: "push without the origin check") { $0.maySpeak = { _, _ in true } },
    PlantedFault(name: "transaction cache off") { $0.remembersTransactions = { false } },
    PlantedFault(name: "long timer reset by a plain push") { $0.resetsLongTimer = { _ in true } },
    PlantedFault(name: "unpoll forgotten") { $0.unpolls = { false } },
    PlantedFault(name: "a drop leaves the queued push") { $0.clearsQueue = { false } },
    PlantedFault(name: "epoch ignored") { $0.heedsEpoch = { false } },
    PlantedFault(name: "short timer never re-armed after an answer") { $0.rearmsShortTimer = { false } },
    PlantedFault(name: "oldest wins") { $0.isNewer = { held, offered in offered < held } },
    PlantedFault(name: "backoff not cleared by inbound traffic") { $0.inboundClearsBackoff = { false } },
    PlantedFault(name: "a denied person answered on poll") { $0.answersPoll = { _ in true } },
    PlantedFault(
      name: "hidden user's poll sent at login", plant: { $0.sendsInterest = { _ in true } }, needsPair: true),
    PlantedFault(name: "accept lost at a crash before its send") { $0.storesUnsent = { _ in false } },
  ]
}

/// The seeds notice every one of them, or they prove nothing.
@Suite struct PlantedFaultTests {
  @Test(arguments: PlantedFault.all)
  func aPlantedFaultIsCaught(_ fault: PlantedFault) async {
    var points = PolicyPoints()
    fault.plant(&points)
    for seed in 1...UInt64(120) {
      let policy = PresencePolicy.allCases[Int(seed % 3)]
      let violation =
        fault.needsPair
        ? Experiment.hiding(seed: seed, policy: policy, points: points)
        : SeedCheck.run(seed: seed, policy: policy, points: points).violations.first
      guard let violation else { continue }
      print("\(fault.name): seed \(seed) \(policy.rawValue): \(violation)".prefix(300))
      return
    }
    Issue.record("no seed noticed: \(fault.name)")
  }
}
