internal import Glibc
internal import PresenceCore

/// What rooms cost.
extension Bench {
  /// How many users join in a round.
  private static let joins = 4

  /// The median of each, round by round.
  private struct RoomFigures {
    var (joinSpans, joinCosts) = (Figures(), Figures())
    var (costs, listCosts, ratios) = (Figures(), Figures(), Figures())
  }

  /// A room whose members all poll: users join, and one changes, as does one whom as many have on their lists. And the
  /// first sync of a user in many rooms.
  func rooms(_ count: Int, _ table: inout Table) async throws {
    let room = try Subject(
      .homeserver,
      BenchPopulation(watchers: count, sharing: .room, newcomers: rounds * Self.joins, rooms: 200),
      program: program)
    let lists = try Subject(.homeserver, BenchPopulation(watchers: count), program: program)
    var figures = RoomFigures()
    var firsts = Figures()
    for round in 0..<rounds {
      try await measureChanges(round, count, room, lists, &figures)
      firsts.add(try await firstSync(room), of: .homeserver)
    }
    table.add("a join reaches \(count) members, wall time", "ms", figures.joinSpans, .atMost(2_000))
    table.add("a join reaches \(count) members, CPU of the server", "ms", figures.joinCosts, .atMost(1_000))
    table.add("CPU per update and next poll, \(count) members of a room", "us", figures.costs, .none)
    table.add("CPU per update and next poll, \(count) on lists", "us", figures.listCosts, .none)
    // The same server asked twice differs by as much.
    table.add("an update to a room, against lists", "x", figures.ratios, .atMost(1.1))
    table.add(
      "first sync of 200 rooms with \(BenchPopulation.membersPerRoom) members", "ms", firsts, .atMost(150))
  }

  private func measureChanges(
    _ round: Int, _ count: Int, _ room: Subject, _ lists: Subject, _ figures: inout RoomFigures
  ) async throws {
    let listCost = try await costOfChanges(round, count, lists)
    let awaited = AwaitedText()
    let watchers = try await room.watch(count) { awaited.chooser() }
    try await settle(room)
    // Who comes is active for a while, and that they are no longer is told to all members.
    try await rest(PresenceLimits().activeWindow)
    try await settle(room)
    // Not before: the server closes a connection that says nothing for so long.
    let trigger = try await room.trigger()
    var spans: [Double] = []
    for number in round * Self.joins..<(round + 1) * Self.joins {
      awaited.expect("@newcomer\(number):\(BenchServer.name)")
      let (span, cost) = try await tell(count, watchers, room) { trigger.send { _ in room.join(number) } }
      spans.append(span)
      figures.joinCosts.add(cost / 1_000, of: .homeserver)
    }
    figures.joinSpans.add(Figures.median(spans), of: .homeserver)
    let cost = try await costOfChanges(round, count, room, watchers, trigger, awaited)
    figures.costs.add(cost, of: .homeserver)
    figures.listCosts.add(listCost, of: .homeserver)
    figures.ratios.add(cost / listCost, of: .homeserver)
    await watchers.close()
    await trigger.close()
    try await settle(room)
  }

  private func costOfChanges(_ round: Int, _ count: Int, _ subject: Subject) async throws -> Double {
    let awaited = AwaitedText()
    let watchers = try await subject.watch(count) { awaited.chooser() }
    let trigger = try await subject.trigger()
    try await settle(subject)
    let cost = try await costOfChanges(round, count, subject, watchers, trigger, awaited)
    await watchers.close()
    await trigger.close()
    try await settle(subject)
    return cost
  }

  /// Processor time per delivered update in microseconds.
  private func costOfChanges(
    _ round: Int, _ count: Int, _ subject: Subject, _ watchers: Load, _ trigger: Load, _ awaited: AwaitedText
  ) async throws -> Double {
    var total = 0.0
    let changes = 5
    for change in round * changes..<(round + 1) * changes {
      awaited.expect(subject.text(of: change))
      total += try await tell(count, watchers, subject) { trigger.send { _ in subject.change(change) } }.cost
    }
    return total / Double(changes * count)
  }

  /// Changes something, and waits until all watchers were told.
  ///
  /// - Returns: milliseconds until the last one was, and microseconds of the server with the polls that follow.
  private func tell(
    _ count: Int, _ watchers: Load, _ subject: Subject, _ change: () -> Void
  ) async throws -> (span: Double, cost: Double) {
    let before = subject.child.processorTime
    watchers.tally.expect(count)
    let began = ContinuousClock.now
    change()
    let span = (await watchers.tally.finish() - began) / .milliseconds(1)
    try await rest(.seconds(1))
    return (span, subject.child.processorTime - before)
  }

  /// Waits until a server has done what it was asked: that thousands come and go is told to each of them.
  private func settle(_ subject: Subject) async throws {
    var before = -1.0
    while subject.child.processorTime - before > 20_000 {
      before = subject.child.processorTime
      try await rest(.seconds(2))
    }
  }

  /// Milliseconds until the first sync of a user in many rooms is read.
  private func firstSync(_ subject: Subject) async throws -> Double {
    let load = try await subject.trigger()
    var spans: [Double] = []
    for _ in 0..<3 {
      load.tally.expect(1)
      let began = ContinuousClock.now
      load.send { _ in subject.firstSync() }
      spans.append((await load.tally.finish() - began) / .milliseconds(1))
    }
    await load.close()
    return Figures.median(spans)
  }
}
