internal import Ports

/// One day of many people: who watches whom, when each of them looks, and when they change. The workload on which
/// messages are counted, and all the calculator is told.
struct SessionTrace: Sendable {
  /// A user starts a client, sets a text now and then, and closes it.
  struct Session: Hashable, Sendable {
    let person: Int
    /// Seconds since midnight.
    let start: Double
    let end: Double
    let changes: [Double]
  }

  static let day = 86_400.0
  /// Everybody watches that many others.
  static let contacts = 20

  let serverCount: Int
  let peoplePerServer: Int
  /// In the order of their start.
  let sessions: [Session]
  /// Whom each person watches, in order.
  let contacts: [[Int]]

  var peopleCount: Int { serverCount * peoplePerServer }

  func server(of person: Int) -> Int { person / peoplePerServer }

  /// - Parameters:
  ///   - servers: how many servers there are.
  ///   - peoplePerServer: how many people each has; every second one has a desktop, the others a telephone.
  ///   - seed: what is drawn from.
  init(servers: Int, peoplePerServer: Int, seed: UInt64) {
    serverCount = servers
    self.peoplePerServer = peoplePerServer
    let count = servers * peoplePerServer
    var random = SeededGenerator(seed: seed, .workload)
    var sessions: [Session] = []
    for person in 0..<count {
      let zone = Double(person / 2 % 3) * 6 * 3600
      sessions +=
        person % 2 == 0
        ? [Self.desktop(person, zone, &random)] : Self.telephone(person, zone, &random)
    }
    self.sessions = sessions.sorted { ($0.start, $0.person) < ($1.start, $1.person) }
    contacts = Self.contacts(count, &random)
  }

  /// Every user watches others at random, who seldom watch back (Simulation 4), so that a watchdog serves one
  /// direction.
  private static func contacts(_ count: Int, _ random: inout SeededGenerator) -> [[Int]] {
    (0..<count).map { person in
      var chosen: Set<Int> = []
      while chosen.count < min(Self.contacts, count - 1) {
        let other = random.pick(0...count - 1)
        if other != person { chosen.insert(other) }
      }
      return chosen.sorted()
    }
  }

  /// A working day: 8 h, give or take 2, in one of three time zones.
  private static func desktop(_ person: Int, _ zone: Double, _ random: inout SeededGenerator) -> Session {
    let start = 3 * 3600 + zone + Double.random(in: -3600...3600, using: &random)
    let length = Double.random(in: 6 * 3600...10 * 3600, using: &random)
    return session(person, start, min(start + length, day - 60), &random)
  }

  /// 23 short looks a day, 92 s each on average, between seven in the morning and eleven at night.
  private static func telephone(_ person: Int, _ zone: Double, _ random: inout SeededGenerator) -> [Session] {
    let starts = (0..<23).map { _ in
      ((7 * 3600 + zone - 6 * 3600 + Double.random(in: 0..<16 * 3600, using: &random))
        .truncatingRemainder(dividingBy: day))
    }.sorted()
    var free = 0.0
    return starts.compactMap { start in
      let length = Double.random(in: 20...164, using: &random)
      let start = max(start, free)
      guard start + length < day - 60 else { return nil }
      free = start + length + 1
      return session(person, start, start + length, &random)
    }
  }

  /// Three changes an hour.
  private static func session(
    _ person: Int, _ start: Double, _ end: Double, _ random: inout SeededGenerator
  ) -> Session {
    var changes: [Double] = []
    var next = start + Double.random(in: 0..<2400, using: &random)
    while next < end {
      changes.append(next)
      next += Double.random(in: 1..<2400, using: &random)
    }
    return Session(person: person, start: start, end: end, changes: changes)
  }
}
