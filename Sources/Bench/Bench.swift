internal import Glibc

/// What `porchlight bench` measures: servers in processes of their own, in turns, so that whatever else the
/// machine does meets them alike.
public struct Bench: Sendable {
  public enum Scenario: String, Sendable, CaseIterable {
    case fanout
    case memory
    case requests
    case rooms
  }

  let program: String
  /// The folder with what is compiled.
  private let sources: String
  private let baseline: CompiledFile?
  let rounds: Int
  private let pause = Duration.milliseconds(400)

  /// - Parameters:
  ///   - program: this program, to be started as a server.
  ///   - sources: the folder with the C baseline, and with what counts allocations.
  ///   - rounds: how often each server has its turn.
  public init(program: String, sources: String, rounds: Int) {
    self.program = program
    self.rounds = rounds
    self.sources = sources
    baseline = CompiledFile(sources + "/longpoll_server.c")
  }

  /// Measures, and prints a table.
  ///
  /// - Returns: whether every limit holds.
  /// - Throws: `BenchError` where something cannot be measured.
  public func run(_ scenario: Scenario) async throws -> Bool {
    print(
      baseline == nil
        ? "No C baseline: there is no compiler, or no longpoll_server.c (see --baseline)."
          + (scenario == .fanout ? " Weaker limits take its place, and for 10,000 watchers none." : "")
        : "The C baseline is the least a parked poll can cost: epoll, no parser, no state.")
    var table = Table()
    switch scenario {
    case .fanout:
      let counter = AllocationCounter(sources)
      if counter == nil {
        print(
          "Allocations are not counted: there is no compiler, or no count_allocations.c (see --baseline).")
      }
      for count in [200, 1_000, 10_000] {
        try await fanOut(count, &table)
        if let counter { try await allocations(count, counter, &table) }
      }
    case .memory: try await memory(10_000, &table)
    case .requests: try await requests(64, &table)
    case .rooms: try await rooms(2_000, &table)
    }
    table.show()
    return table.holds
  }

  private func subjects(watchers: Int) throws -> [Subject] {
    let kinds: [Subject.Kind] = [.homeserver, .constant] + (baseline == nil ? [] : [.baseline])
    return try kinds.map { try Subject($0, watchers: watchers, program: program, baseline: baseline?.path) }
  }

  func rest(_ span: Duration? = nil) async throws {
    try await ContinuousClock().sleep(for: span ?? pause)
  }

  // MARK: One change to many

  private func fanOut(_ count: Int, _ table: inout Table) async throws {
    let subjects = try subjects(watchers: count)
    var (costs, spans) = (Figures(), Figures())
    let changes = count > 1_000 ? 2 : 5
    for round in 0..<rounds {
      for subject in subjects {
        // Connected anew: three times ten thousand connections are more than a process may have.
        let (watchers, trigger) = (try await subject.watch(count), try await subject.trigger())
        try await rest(.seconds(2))
        var (cost, span) = (0.0, [Double]())
        for change in 0..<changes {
          let before = subject.child.processorTime
          watchers.tally.expect(count)
          let began = ContinuousClock.now
          if subject.kind == .constant {
            watchers.send { subject.poll($0) }
          } else {
            trigger.send { _ in subject.change(round * changes + change) }
          }
          span.append((await watchers.tally.finish() - began) / .milliseconds(1))
          // The next polls arrive, and the span in which changes share an answer passes.
          try await rest(count > 1_000 ? .seconds(1) : nil)
          cost += subject.child.processorTime - before
        }
        costs.add(cost / Double(changes * count), of: subject.kind)
        spans.add(Figures.median(span), of: subject.kind)
        await watchers.close()
        await trigger.close()
        try await rest()
      }
    }
    table.add(
      "CPU per update and next poll, \(count) watchers", "us", costs,
      .timesBaseline(3, orElse: count > 1_000 ? .none : .timesConstant(3)))
    table.add(
      "last byte of 1 change to \(count) watchers", "ms", spans,
      count == 1_000 ? .atMost(40) : count == 10_000 ? .timesBaseline(2, orElse: .atMost(500)) : .none)
  }

  /// In a process of its own, as counting takes time.
  private func allocations(
    _ count: Int, _ counter: AllocationCounter, _ table: inout Table
  ) async throws {
    let subject = try Subject(.homeserver, watchers: count, program: program, counter: counter)
    let (watchers, trigger) = (try await subject.watch(count), try await subject.trigger())
    try await rest(.seconds(2))
    guard counter.count > 0 else {
      throw BenchError("The library that counts allocations was not loaded into the server.")
    }
    var allocations = Figures()
    for change in 0..<6 {
      let before = counter.count
      watchers.tally.expect(count)
      trigger.send { _ in subject.change(change) }
      _ = await watchers.tally.finish()
      try await rest(.seconds(1))
      // What is made once and kept is made at the first.
      if change > 0 { allocations.add((counter.count - before) / Double(count), of: .homeserver) }
    }
    await watchers.close()
    await trigger.close()
    table.add("allocations per update and next poll, \(count) watchers", "", allocations, .atMost(8))
  }

  // MARK: Many that wait

  private func memory(_ count: Int, _ table: inout Table) async throws {
    var (sizes, idle) = (Figures(), Figures())
    for _ in 0..<rounds {
      // Anew each time: what a server once had it may keep.
      for subject in try subjects(watchers: count) {
        let before = subject.child.resident
        let load = try await subject.watch(count)
        if subject.kind == .constant {
          load.tally.expect(count)
          load.send { subject.poll($0) }
          _ = await load.tally.finish()
        }
        try await rest(.seconds(2))
        sizes.add((subject.child.resident - before) / Double(count), of: subject.kind)
        // That ten thousand people came is written behind once; waiting is what is asked for here.
        try await rest(.seconds(3))
        let used = subject.child.processorTime
        try await rest(.seconds(5))
        idle.add((subject.child.processorTime - used) / 5e6 * 100, of: subject.kind)
        await load.close()
      }
    }
    table.add("resident per parked poll, \(count) of them", "kB", sizes, .atMost(20))
    table.add("CPU while they wait", "%", idle, .atMost(2))
  }

  // MARK: Requests

  private func requests(_ count: Int, _ table: inout Table) async throws {
    let subjects = try subjects(watchers: count)
    var (gets, puts) = (Figures(), Figures())
    for _ in 0..<rounds {
      for subject in subjects {
        gets.add(try await rate(subject, count, puts: false), of: subject.kind)
        if subject.kind != .baseline {
          puts.add(try await rate(subject, count, puts: true), of: subject.kind)
        }
      }
    }
    table.add("GET status per CPU second, \(count) connections", "", gets, .atLeastConstant(0.5))
    table.add("PUT status per CPU second, \(count) connections", "", puts, .atLeastConstant(0.25))
    try await unwatched(5_000, &table)
  }

  /// Changes of a user whom many have on their lists, none of whom polls; compared with a user whom nobody has.
  private func unwatched(_ count: Int, _ table: inout Table) async throws {
    let subjects = try [0, count].map {
      try Subject(.homeserver, watchers: $0, program: program)
    }
    var (costs, ratios) = (Figures(), Figures())
    for _ in 0..<rounds {
      var round: [Double] = []
      for subject in subjects { round.append(1e6 / (try await changes(of: subject))) }
      costs.add(round[1], of: .homeserver)
      ratios.add(round[1] / round[0], of: .homeserver)
    }
    let name = "PUT status, \(count) watchers of whom none polls"
    table.add(name, "us", costs, .none)
    table.add("\(name), against no watchers", "x", ratios, .atMost(1.5))
  }

  /// How often the one user whom all others watch can change in a second of the server's work.
  private func changes(of subject: Subject) async throws -> Double {
    try await rate(subject, try await subject.changeAgainAndAgain()) { load in
      load.send { subject.change($0) }
    }
  }

  private func rate(_ subject: Subject, _ count: Int, puts: Bool) async throws -> Double {
    try await rate(subject, try await subject.ask(count, puts: puts)) { load in
      load.send { subject.request($0, turn: 0, puts: puts) }
    }
  }

  /// Answers in a second of a server's work, to a load that asks again with every answer.
  private func rate(_ subject: Subject, _ load: Load, _ begin: (Load) -> Void) async throws -> Double {
    load.tally.expect(.max)
    begin(load)
    try await rest(.milliseconds(300))
    let (before, answered) = (subject.child.processorTime, load.tally.count)
    try await rest(.seconds(2))
    let (after, total) = (subject.child.processorTime, load.tally.count)
    await load.close()
    return Double(total - answered) / (after - before) * 1e6
  }
}
