internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// A world as its seed draws it: servers, people, who watches whom, and how lively it is.
struct Scenario: Sendable {
  let seed: UInt64
  let policy: PresencePolicy
  let servers: [ServerName]
  /// Everybody, in order, with the index of their server.
  let people: [(user: UserID, server: Int)]
  /// Who watches whom when the world begins, with consent on both sides.
  let relations: [Relation]
  /// Pairs of people on two servers who watch each other and never stop changing: a pair of servers that is never
  /// quiet long enough for the short timer.
  let chatterboxes: [Int]
  var timing: FederationTiming
  /// How long a person waits between two acts, on average, in seconds.
  let pace: Double

  /// These servers and users, with no act drawn.
  init(
    policy: PresencePolicy, servers: [ServerName], people: [UserID], relations: [Relation]
  ) {
    seed = 1
    self.policy = policy
    self.servers = servers
    self.people = people.compactMap { user in servers.firstIndex(of: user.server).map { (user, $0) } }
    self.relations = relations
    chatterboxes = []
    timing = FederationTiming()
    pace = 60
  }

  init(seed: UInt64, policy: PresencePolicy, servers serverCount: Int? = nil, people peopleCount: Int? = nil)
  {
    var random = SeededGenerator(seed: seed, .shape)
    self.seed = seed
    self.policy = policy
    let serverCount = serverCount ?? random.pick(2...8)
    let names = (0..<serverCount).compactMap { ServerName("s\($0).test") }
    servers = names
    let peopleCount = peopleCount ?? random.pick(max(4, serverCount)...60)
    people = (0..<peopleCount).compactMap { number in
      // Every user has a server, and every server has a user.
      let server = number < serverCount ? number : random.pick(0...serverCount - 1)
      return UserID(localpart: "p\(number)", server: names[server]).map { ($0, server) }
    }
    let isLively = random.happens(0.25)
    chatterboxes = isLively ? [0, 1] : []
    var timing = FederationTiming()
    // The long timer has to come, and not only once, where the short one never does.
    if isLively { timing.longInterval = .seconds(600) }
    self.timing = timing
    // Few people do more, so that as much happens.
    pace = Double(random.pick(30...150)) * min(1, Double(peopleCount) / 30)
    relations = Self.relations(people, chatterboxes, &random)
  }

  private static func relations(
    _ people: [(user: UserID, server: Int)], _ chatterboxes: [Int], _ random: inout SeededGenerator
  ) -> [Relation] {
    var pairs: Set<Relation> = []
    let each = random.pick(2...8)
    for (number, person) in people.enumerated() {
      for _ in 0..<each {
        let other = random.pick(0...people.count - 1)
        guard other != number else { continue }
        pairs.insert(.init(owner: person.user, observed: people[other].user))
        if random.happens(0.7) { pairs.insert(.init(owner: people[other].user, observed: person.user)) }
      }
    }
    for one in chatterboxes {
      for other in chatterboxes where other != one {
        pairs.insert(.init(owner: people[one].user, observed: people[other].user))
      }
    }
    return pairs.sorted()
  }
}
