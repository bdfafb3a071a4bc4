internal import MatrixWire
internal import Ports
public import PresenceFederation

/// Worlds that are run twice, or for one question.
public enum Experiment {
  // MARK: Hiding

  /// Whether a person who hides leaves a trace: the same seed with them there and with them gone, once their
  /// interest stands (R14). Every byte that goes over the wire must be the same, at the same instant.
  public static func hiding(seed: UInt64, policy: PresencePolicy) -> Violation? {
    let (there, gone) = (wire(seed, policy, isThere: true), wire(seed, policy, isThere: false))
    guard there != gone else { return nil }
    let first = zip(there, gone).first { $0 != $1 }.map { "\($0.0) and \($0.1)" } ?? "one of them goes on"
    return Violation(invariant: .hiding, time: "pair", details: "with and without them: \(first)")
  }

  /// When their interest stands for certain, in seconds: every long timer has come.
  private static let relationship = 800.0

  private static func wire(
    _ seed: UInt64, _ policy: PresencePolicy, isThere: Bool
  ) -> [WireRecord] {
    var scenario = Scenario(seed: seed, policy: policy)
    scenario.timing.longInterval = .seconds(300)
    let world = World(
      scenario, plan: FaultPlan(scenario, faults: [], until: .origin + .seconds(2000)))
    world.wire = []
    world.scripted = [0]
    var script: [(Double, Saying)] = [(5, .arrive), (30, .choice(.hidden)), (90, .leave(closing: true))]
    if isThere {
      var random = SeededGenerator(seed: seed, .workload, 9999)
      var time = relationship
      while time < 1900 {
        let acts: [Saying] = [
          .arrive, .text, .idle, .back, .leave(closing: false), .leave(closing: true), .choice(.hidden),
        ]
        script.append((time, random.pick(of: acts) ?? .arrive))
        time += Double(random.pick(5...60))
      }
    }
    world.script = script.map { (.origin + .milliseconds(Int64($0.0 * 1000)), 0, $0.1) }
    _ = world.run()
    return world.wire ?? []
  }

  // MARK: Overload

  /// How many times more messages there are where one of eight servers takes a hundred times longer to answer.
  public static func overload(seed: UInt64, policy: PresencePolicy) -> Double {
    let (slow, usual) = overloaded(seed: seed, policy: policy)
    return Double(slow.messages) / Double(max(1, usual.messages))
  }

  /// Both worlds: with the slow server, and without.
  public static func overloaded(
    seed: UInt64, policy: PresencePolicy, servers: Int = 8, people: Int = 60
  ) -> (slow: SeedReport, usual: SeedReport) {
    func world(_ isSlow: Bool) -> SeedReport {
      let scenario = Scenario(seed: seed, policy: policy, servers: servers, people: people)
      let end = Instant.origin + .seconds(1800)
      let slow = Fault(kind: .overload(server: 0), from: .origin + .seconds(300), until: end)
      let plan = FaultPlan(scenario, faults: isSlow ? [slow] : [], until: end)
      return World(scenario, plan: plan).run()
    }
    return (world(true), world(false))
  }

  // MARK: The herd

  /// After 12 of 40 servers started in the same instant: messages in the fullest second, by those of the average one
  /// of the ten that follow.
  public static func herdIndex(seed: UInt64, policy: PresencePolicy) -> Double {
    let scenario = Scenario(seed: seed, policy: policy, servers: 40, people: 200)
    let (fall, rise) = (Instant.origin + .seconds(600), Instant.origin + .seconds(630))
    let fault = Fault(kind: .crashes(Array(0..<12)), from: fall, until: rise)
    let plan = FaultPlan(scenario, faults: [fault], until: rise + .seconds(10))
    let world = World(scenario, plan: plan)
    // Clients that found nobody for half a minute do not all knock at once either.
    world.reconnectSpan = 0.1...10
    world.wire = []
    _ = world.run()
    var seconds = Array(repeating: 0.0, count: 10)
    for record in world.wire ?? [] where record.isRequest && record.at >= rise {
      let second = Int((record.at - rise) / .seconds(1))
      if second < 10 { seconds[second] += 1 }
    }
    let mean = seconds.reduce(0, +) / 10
    return mean == 0 ? 0 : (seconds.max() ?? 0) / mean
  }
}
