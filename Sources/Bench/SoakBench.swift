internal import Glibc
internal import MatrixWire
public import Ports

/// Whether a server stays as it was: users who poll, change, talk in rooms, join, leave, hang up and log in anew, for
/// minutes or hours.
///
/// Held to: resident memory that grows by no more than a twentieth after the first tenth of the time, and by 8 MiB more
/// in less than half an hour, in which caches fill; no request that fails, each user told the last status and the last
/// message of those they see, and in the end no poll that waits and hardly more descriptors than at the beginning.
public final class SoakBench: Sendable {
  private static let users = 24
  private static let rooms = 6
  private static let growth = 1.05
  /// What fills in the first half hour and is bounded: the last events, pages of the database, what filters keep. In kB.
  private static let caches = 8_192.0

  private let child: Child
  private let time: any Timekeeper

  /// - Parameters:
  ///   - program: this program, to be started as a server.
  ///   - time: the clock of the users.
  /// - Throws: `BenchError` where the server does not start.
  public init(program: String, time: any Timekeeper) throws {
    child = try Child([program, "bench", "server", "--open"])
    self.time = time
  }

  /// Where the server listens on the loopback address.
  public var port: Int { child.port }

  /// Lets the users use the server, and prints what came of it.
  ///
  /// - Parameters:
  ///   - span: for how long.
  ///   - exchange: the way to the server.
  /// - Returns: whether everything holds.
  /// - Throws: where users cannot be made.
  public func run(for span: Duration, over exchange: some Exchange) async throws -> Bool {
    let descriptorsBefore = child.descriptors
    let users = try await makeUsers(exchange)
    let (silent, over, loggedIn) = (Flag(), Flag(), Flag())
    var sizes: [Double] = []
    let isTold = try await withThrowingTaskGroup(of: Void.self) { group in
      for user in users { group.addTask { try await user.poll(until: over) } }
      let acting = Task {
        await withDiscardingTaskGroup { group in
          for user in users { group.addTask { await user.act(until: silent, loggedIn: loggedIn) } }
        }
      }
      let (begin, end) = (time.instant, time.instant + span)
      while time.instant < end, child.isRunning {
        loggedIn.set(Self.isMeasured((time.instant - begin) / span))
        try await time.sleep(until: time.instant + .seconds(1))
        sizes.append(child.resident)
        // What nobody reads would fill the pipe in hours, and stop the server.
        _ = child.newest("polls")
      }
      silent.set()
      await acting.value
      for user in users { try await user.sayLast() }
      let isTold = try await waitUntilTold(users)
      over.set()
      try await group.waitForAll()
      return isTold
    }
    let left = try await pollsLeft(exchange)
    var lines = [["", "figure", "limit", ""]]
    let failures = users.flatMap(\.failures)
    for failure in failures.prefix(5) { print("failed: \(failure)") }
    let (before, after) = growth(sizes)
    let holds = [
      add("requests that failed, of \(users.map(\.requests).reduce(0, +))", failures.count, 0, &lines),
      add("users who were not told the last of all they see", isTold, 0, &lines),
      add("polls that wait when all are gone", left, 0, &lines),
      add(
        "descriptors more than at the beginning", max(0, child.descriptors - descriptorsBefore), 16, &lines),
      addGrowth(before, after, span, &lines),
    ]
    Table.show(lines)
    return holds.allSatisfy(\.self)
  }

  private func add(_ name: String, _ figure: Int, _ most: Int, _ lines: inout [[String]]) -> Bool {
    lines.append([name, "\(figure)", "at most \(most)", figure <= most ? "holds" : "MISSED"])
    return figure <= most
  }

  private func addGrowth(
    _ before: Double, _ after: Double, _ span: Duration, _ lines: inout [[String]]
  ) -> Bool {
    let isShort = span < .seconds(30 * 60)
    let (ratio, most) = (after / before, before * Self.growth + (isShort ? Self.caches : 0))
    let holds = after <= most
    lines.append([
      "least resident memory, last tenth against second",
      "\(Table.text(ratio)) x (\(Table.text(before / 1_024)) to \(Table.text(after / 1_024)) MiB)",
      "at most \(Self.growth) x" + (isShort ? " and 8 MiB" : ""), holds ? "holds" : "MISSED",
    ])
    return holds
  }

  /// Whether memory is compared at a fraction of the time. Nobody logs in then: a password is hashed in 32 MiB, which are
  /// given back, and where many log in or the machine has little time, that is all there would be to see.
  private static func isMeasured(_ fraction: Double) -> Bool {
    (0.1..<0.2).contains(fraction) || fraction >= 0.9
  }

  /// The least of the second and of the last tenth: what is never given back is in it.
  private func growth(_ sizes: [Double]) -> (Double, Double) {
    let tenth = max(1, sizes.count / 10)
    return (sizes.dropFirst(tenth).prefix(tenth).min() ?? 0, sizes.suffix(tenth).min() ?? 0)
  }

  // MARK: Users

  /// Each has the next three on their list, and is in two of the rooms.
  private func makeUsers(_ exchange: some Exchange) async throws -> [SoakUser] {
    var users: [SoakUser] = []
    for number in 0..<Self.users {
      users.append(try await SoakUser("user\(number)", exchange, time: time))
    }
    for (number, user) in users.enumerated() {
      let others = (1...3).map { users[(number + $0) % users.count] }
      try await user.watch(others)
    }
    for number in 0..<Self.rooms {
      let members = users.enumerated().filter {
        $0.offset % Self.rooms == number || $0.offset % 4 == number % 4
      }
      try await SoakUser.makeRoom(of: members.map(\.element))
    }
    return users
  }

  /// How many users were not told everything, once all are or half a minute has passed.
  private func waitUntilTold(_ users: [SoakUser]) async throws -> Int {
    let end = time.instant + .seconds(30)
    while true {
      let missing = users.count { !$0.isTold(of: users) }
      if missing == 0 || time.instant > end { return missing }
      try await time.sleep(until: time.instant + .milliseconds(100))
    }
  }

  /// How many polls wait on the server when every client has hung up.
  private func pollsLeft(_ exchange: some Exchange) async throws -> Int {
    exchange.renewConnections()
    try await time.sleep(until: time.instant + .seconds(5))
    guard child.isRunning else { throw BenchError("The server ended.") }
    guard let polls = child.newest("polls").flatMap({ Int($0) }) else {
      throw BenchError("The server did not say how many polls wait.")
    }
    return polls
  }
}
