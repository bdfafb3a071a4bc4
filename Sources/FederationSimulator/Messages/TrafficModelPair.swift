internal import Ports

/// Two servers and their day: who looks at whom, what is shown, and two watchdogs on each side.
struct TrafficModelPair {
  /// A user on one of the servers watches a user on the other.
  struct Relation: Hashable, Sendable {
    let watcher: Int
    let watched: Int
  }

  /// Something a person does, on one of the two sides.
  private struct Act {
    enum Kind { case arrives, changes, leaves }

    let time: Double
    let kind: Kind
    let side: Int
    let person: Int
  }

  /// What one server knows of a user on the other.
  private struct Watch {
    var lookers = 0
    var isSubscribed = false
    var isShown = false
    /// When the subscription ends, if nobody looks again.
    var lingersUntil = Double.infinity
  }

  /// One of the two servers.
  private struct Side {
    var watched: [Int: Watch] = [:]
    var online: Set<Int> = []
    var changed: Set<Int> = []
    var polls: Set<Int> = []
    var ends = false
    var sendsAt = Double.infinity
    var heardAt = -Double.infinity
    var interval = 60.0
    var span: Double?
    var shortAt = Double.infinity
    var longAt = Double.infinity
  }

  private let policy: Calculator.Policy
  private let window: Double
  private var random: SeededGenerator
  private var acts: [Act] = []
  private var targets: [[Int: [Int]]] = [[:], [:]]
  private var sides = [Side(), Side()]
  private var forecast = Calculator.Forecast()

  init(
    low: Int, relations: [Relation], peoplePerServer: Int, sessions: [[SessionTrace.Session]],
    policy: Calculator.Policy, window: Double, seed: UInt64
  ) {
    self.policy = policy
    self.window = window
    random = SeededGenerator(seed: seed)
    var people: Set<Int> = []
    for relation in relations {
      let side = relation.watcher / peoplePerServer == low ? 0 : 1
      targets[side][relation.watcher, default: []].append(relation.watched)
      people.formUnion([relation.watcher, relation.watched])
    }
    for person in people.sorted() {
      let side = person / peoplePerServer == low ? 0 : 1
      for session in sessions[person] {
        acts.append(Act(time: session.start, kind: .arrives, side: side, person: person))
        acts.append(Act(time: session.end, kind: .leaves, side: side, person: person))
        for change in Self.changes(of: session).dropFirst().dropLast() {
          acts.append(Act(time: change, kind: .changes, side: side, person: person))
        }
      }
    }
    acts.sort { ($0.time, $0.person) < ($1.time, $1.person) }
  }

  /// When a user looks different to others: as they come, a minute later when they are not active any more, with every
  /// text, and as they leave.
  static func changes(of session: SessionTrace.Session) -> [Double] {
    let idle = session.start + 60 < session.end ? [session.start + 60] : []
    return ([session.start] + (idle + session.changes).sorted() + [session.end])
  }

  /// The whole day, one thing after the other.
  mutating func run() -> Calculator.Forecast {
    var next = 0
    while true {
      let act = next < acts.count ? acts[next].time : .infinity
      let timer = sides.map { min($0.sendsAt, $0.shortAt, $0.longAt, linger($0)) }.min() ?? .infinity
      let now = min(act, timer)
      guard now < SessionTrace.day else { return forecast }
      if act <= timer {
        perform(acts[next])
        next += 1
      } else {
        for side in 0...1 { fire(side, now) }
      }
    }
  }

  private func linger(_ side: Side) -> Double { side.watched.values.map(\.lingersUntil).min() ?? .infinity }

  // MARK: People

  private mutating func perform(_ act: Act) {
    let (side, now) = (act.side, act.time)
    switch act.kind {
    case .arrives: sides[side].online.insert(act.person)
    case .leaves: sides[side].online.remove(act.person)
    case .changes: break
    }
    noteChange(of: act.person, side, now)
    guard act.kind != .changes else { return }
    for target in targets[side][act.person] ?? [] {
      look(at: target, side, begins: act.kind == .arrives, now)
    }
    keepWatch(side, now)
  }

  private mutating func noteChange(of person: Int, _ side: Int, _ now: Double) {
    guard sides[1 - side].watched[person]?.isSubscribed == true else { return }
    guard sides[side].changed.insert(person).inserted else { return }
    send(side, by: now + min(60, window + draw(0...5)))
  }

  private mutating func look(at target: Int, _ side: Int, begins: Bool, _ now: Double) {
    var watch = sides[side].watched[target] ?? Watch()
    watch.lookers += begins ? 1 : -1
    watch.lingersUntil = watch.lookers == 0 ? now + 30 : .infinity
    if begins, !watch.isSubscribed, sides[side].polls.insert(target).inserted {
      send(side, by: now + draw(0...1))
    }
    sides[side].watched[target] = watch
  }

  // MARK: Timers

  private mutating func fire(_ side: Int, _ now: Double) {
    for (target, watch) in sides[side].watched where watch.lingersUntil <= now {
      sides[side].watched[target] = nil
      sides[side].polls.remove(target)
      sides[1 - side].changed.remove(target)
      sides[side].ends = true
      send(side, by: now)
    }
    if sides[side].shortAt <= now { shortTimer(side, now) }
    if sides[side].longAt <= now { exchange(side, now, isReminder: true) }
    if sides[side].sendsAt <= now { exchange(side, now, isReminder: false) }
    keepWatch(side, now)
  }

  private mutating func shortTimer(_ side: Int, _ now: Double) {
    guard let span = sides[side].span else { return }
    if sides[side].heardAt + span > now {
      sides[side].shortAt = sides[side].heardAt + span
    } else {
      exchange(side, now, isReminder: true)
    }
  }

  private mutating func send(_ side: Int, by time: Double) {
    sides[side].sendsAt = min(sides[side].sendsAt, time)
  }

  private func hasSubscription() -> Bool { !sides[0].watched.isEmpty || !sides[1].watched.isEmpty }

  private mutating func keepWatch(_ side: Int, _ now: Double) {
    let isSubscribed = hasSubscription()
    for side in 0...1 {
      let isWatchful =
        policy.alwaysWatches
        ? isSubscribed : sides[side].watched.values.contains { $0.isShown && $0.lookers > 0 }
      if isWatchful, sides[side].span == nil { armShort(side, now) }
      if !isWatchful { (sides[side].span, sides[side].shortAt, sides[side].interval) = (nil, .infinity, 60) }
      if isSubscribed, sides[side].longAt == .infinity { sides[side].longAt = now + 3600 * draw(0.1...1) }
      if !isSubscribed { sides[side].longAt = .infinity }
    }
  }

  private mutating func armShort(_ side: Int, _ now: Double) {
    let span = sides[side].interval * draw(0.9...1)
    (sides[side].span, sides[side].shortAt) = (span, now + span)
  }

  // MARK: Messages

  /// A message of one side and, where it asks for something, what comes back.
  private mutating func exchange(_ side: Int, _ now: Double, isReminder: Bool) {
    let other = 1 - side
    let pushes = sides[side].changed.filter { sides[other].watched[$0]?.isSubscribed == true }
    let (polls, ends) = (sides[side].polls, sides[side].ends)
    sides[side].sendsAt = .infinity
    (sides[side].changed, sides[side].polls, sides[side].ends) = ([], [], false)
    guard isReminder || !pushes.isEmpty || !polls.isEmpty || ends else { return }
    if isReminder {
      forecast.reminders += 1
    } else if !polls.isEmpty || ends {
      forecast.subscriptions += 1
    } else {
      forecast.pushes += 1
    }
    show(isReminder ? Set(sides[other].watched.keys) : pushes, of: side)
    let asked = isReminder ? Set(sides[side].watched.keys) : polls
    if isReminder || !polls.isEmpty { answer(asked, to: side, now) }
    (sides[side].heardAt, sides[other].heardAt) = (now, now)
    if isReminder { for side in 0...1 { renew(side, now) } }
    keepWatch(side, now)
  }

  private mutating func answer(_ asked: Set<Int>, to side: Int, _ now: Double) {
    let other = 1 - side
    for target in asked { sides[side].watched[target]?.isSubscribed = true }
    show(asked, of: other)
    sides[other].changed.subtract(asked)
    if policy.answersApart {
      forecast.answers += 1
      // What waits goes along.
      show(sides[other].changed, of: other)
      sides[other].changed = []
      if sides[other].polls.isEmpty, !sides[other].ends { sides[other].sendsAt = .infinity }
    } else {
      forecast.answersInBodies += 1
    }
  }

  private mutating func show(_ people: Set<Int>, of side: Int) {
    for person in people where sides[1 - side].watched[person] != nil {
      let isOnline = sides[side].online.contains(person)
      sides[1 - side].watched[person]?.isShown = isOnline
    }
  }

  /// Everything was asked for and said: both watchdogs begin anew.
  private mutating func renew(_ side: Int, _ now: Double) {
    if sides[side].span != nil {
      sides[side].interval = min(2 * sides[side].interval, policy.longestInterval)
      armShort(side, now)
    }
    if hasSubscription() { sides[side].longAt = now + min(4050, 3600 * draw(0.85...1.15)) }
  }

  private mutating func draw(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
}
