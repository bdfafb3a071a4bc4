public import PresenceFederation

/// One seed, whole: its world, and what must hold in it.
public enum SeedCheck {
  /// Runs the world of a seed under a policy.
  public static func run(seed: UInt64, policy: PresencePolicy) -> SeedReport {
    let scenario = Scenario(seed: seed, policy: policy)
    return World(scenario, plan: FaultPlan(scenario)).run()
  }

  /// The same, telling everything that happens.
  public static func trace(seed: UInt64, policy: PresencePolicy, to trace: @escaping (String) -> Void)
    -> SeedReport
  {
    let scenario = Scenario(seed: seed, policy: policy)
    let world = World(scenario, plan: FaultPlan(scenario))
    world.trace = trace
    return world.run()
  }
}
