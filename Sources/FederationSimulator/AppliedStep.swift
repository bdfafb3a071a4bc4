package import MatrixWire
package import Ports
package import PresenceCore
package import PresenceFederation

/// A step of the engine whose updates were applied to the rules.
package struct AppliedStep: Sendable {
  /// For this server's own streams and store. The engine has heard of it already.
  package var presence: [PresenceEffect] = []
  /// For other servers.
  package var federation: [FederationEffect] = []

  package init() {}
}

extension PresenceRules {
  /// Applies the updates of a step.
  package mutating func apply(_ step: FederationEngine.Step) -> AppliedStep {
    var applied = AppliedStep()
    applied.presence = apply(step.updates)
    applied.federation = step.federation
    return applied
  }

  /// Takes a transaction in one part.
  ///
  /// - Throws: what `FederationEngine.begin` throws.
  package mutating func receive(
    _ transaction: Transaction, by engine: inout FederationEngine, now: Moment
  ) throws(MatrixError) -> (answer: TransactionAnswer, step: AppliedStep) {
    var reception = try engine.begin(transaction, now: now)
    let effects = reception.beginPart(of: .max, on: &self, now: now)
    var step = apply(engine.receive(&reception, rules: self, now: now))
    step.presence = effects + step.presence
    return (reception.answer, step)
  }
}
