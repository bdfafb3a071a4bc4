public import PresenceFederation

/// A workload kept in the repository.
public struct MessageWorkload: Hashable, Sendable {
  public let name: String
  public let servers: Int
  public let peoplePerServer: Int
  let seed: UInt64

  /// Half of the people at desktops, half with telephones, 20 contacts each, one day.
  public static let all = [
    MessageWorkload(name: "2,000 servers with 1 person", servers: 2000, peoplePerServer: 1, seed: 2000),
    MessageWorkload(name: "100 servers with 20 people", servers: 100, peoplePerServer: 20, seed: 100),
  ]

  /// The span for which the first change waits for others.
  static let window: Duration = .seconds(30)

  var trace: SessionTrace { SessionTrace(servers: servers, peoplePerServer: peoplePerServer, seed: seed) }

  /// Counts, over real engines.
  public func count(_ policy: PresencePolicy) -> MessageCount {
    guard var world = MessageWorld(trace, policy: policy, window: Self.window) else { return MessageCount() }
    return world.run()
  }
}
