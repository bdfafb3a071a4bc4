internal import Ports

/// What a day of a trace should cost, from the trace alone. Nothing here is shared with the engine: it is a second
/// reading of the protocol, made for traffic without faults, where two servers can be looked at by themselves.
struct Calculator {
  /// What a policy means for traffic.
  struct Policy: Sendable {
    /// The short watchdog runs with every subscription, not only while a user is shown as present.
    var alwaysWatches = false
    /// Answers are messages of their own.
    var answersApart = false
    /// How far the watchdog's interval doubles, in seconds.
    var longestInterval = 60.0

    static let literal = Policy(alwaysWatches: true, answersApart: true)
    static let tight = Policy()
    static let economical = Policy(longestInterval: 240)
  }

  /// Requests, by why they are made.
  struct Forecast: Hashable, Sendable {
    var pushes = 0
    var subscriptions = 0
    var answers = 0
    var reminders = 0
    var answersInBodies = 0

    var total: Int { pushes + subscriptions + answers + reminders }

    static func += (left: inout Forecast, right: Forecast) {
      left.pushes += right.pushes
      left.subscriptions += right.subscriptions
      left.answers += right.answers
      left.reminders += right.reminders
      left.answersInBodies += right.answersInBodies
    }
  }

  let trace: SessionTrace
  /// Seconds that a first change waits, before the jitter.
  let window: Double
  private let sessions: [[SessionTrace.Session]]
  /// For each two servers, who of them watches whom.
  private let pairs: [(low: Int, high: Int, relations: [TrafficModelPair.Relation])]

  init(_ trace: SessionTrace, window: Double) {
    self.trace = trace
    self.window = window
    var sessions: [[SessionTrace.Session]] = Array(repeating: [], count: trace.peopleCount)
    for session in trace.sessions { sessions[session.person].append(session) }
    self.sessions = sessions
    var relations: [Int: [TrafficModelPair.Relation]] = [:]
    for (person, contacts) in trace.contacts.enumerated() {
      for other in contacts where trace.server(of: other) != trace.server(of: person) {
        let (here, there) = (trace.server(of: person), trace.server(of: other))
        let key = min(here, there) * trace.serverCount + max(here, there)
        relations[key, default: []].append(.init(watcher: person, watched: other))
      }
    }
    pairs = relations.sorted { $0.key < $1.key }.map {
      ($0.key / trace.serverCount, $0.key % trace.serverCount, $0.value)
    }
  }

  func forecast(_ policy: Policy) -> Forecast {
    var random = SeededGenerator(seed: 4711)
    var total = Forecast()
    for pair in pairs {
      var calculator = TrafficModelPair(
        low: pair.low, relations: pair.relations, peoplePerServer: trace.peoplePerServer, sessions: sessions,
        policy: policy, window: window, seed: random.next())
      total += calculator.run()
    }
    return total
  }

  /// Every remote contact asked for once a minute, while a watcher looks.
  func polling() -> Int {
    trace.sessions.reduce(0) { sum, session in
      let here = trace.server(of: session.person)
      let remote = trace.contacts[session.person].count { trace.server(of: $0) != here }
      return sum + remote * Int((session.end - session.start) / 60 + 1)
    }
  }

  /// The fewest messages with which every change reaches, within the window, every server where a watcher looks
  /// (Simulation 4): in each direction, the first change that was not sent yet waits as long as it may.
  func optimum() -> Int {
    var messages = 0
    for pair in pairs {
      for isFromLow in [true, false] {
        let relations = pair.relations.filter {
          ($0.watched / trace.peoplePerServer == pair.low) == isFromLow
        }
        messages += stabs(changes(relations))
      }
    }
    return messages
  }

  private func stabs(_ changes: [Double]) -> Int {
    var (count, covered) = (0, -Double.infinity)
    for change in changes where change > covered {
      count += 1
      covered = change + window
    }
    return count
  }

  /// When a user changes whom a watcher on that server looks at.
  private func changes(_ relations: [TrafficModelPair.Relation]) -> [Double] {
    var changes: [Double] = []
    for relation in relations {
      let looks = sessions[relation.watcher]
      for session in sessions[relation.watched] {
        for change in TrafficModelPair.changes(of: session)
        where looks.contains(where: { $0.start <= change && change < $0.end }) {
          changes.append(change)
        }
      }
    }
    return changes.sorted()
  }
}
