internal import ArgumentParser
internal import FederationSimulator
internal import PresenceFederation

/// `porchlight simulate`: homeservers by the dozen in one process, on a clock that does not wait.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run homeservers against each other in a simulated world.",
    discussion: """
      Engines are those that serve; the clock, the network and the disks are not real, and everything follows \
      from a seed. Meant for release builds.
      """,
    subcommands: [CheckCommand.self, MessagesCommand.self])

  struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Run worlds full of faults, and look whether everything that has to hold does.",
      discussion: """
        For example: porchlight simulate check --seeds 1..500 --policy economical

        Exits with 1 where a world fails; each prints the command that shows it again. From \(SeedSuite.enough) worlds \
        on all of them together are judged too: 99 of 100 who come online while nothing is wrong are seen within \
        \(Int(SeedSuite.longestDelay)) s, \(Int(SeedSuite.leastHealed * 100)) % of views are right 45 s after a partition, \
        and every state that is rare and interesting was reached by some world.
        """)

    @Option(
      help: ArgumentHelp("The first and the last seed, or one.", valueName: "A..B"),
      transform: { try SeedRange($0) })
    var seeds: SeedRange

    @Option(
      help: "Only under this policy: literal, tight or economical.",
      transform: { try presencePolicy("--policy", $0) })
    var policy: PresencePolicy?

    @Flag(help: "Tell everything that happens.")
    var trace = false

    func run() async throws {
      if trace {
        for seed in seeds.range {
          let report = SeedCheck.trace(seed: seed, policy: policy ?? .tight) { Output.line($0) }
          Output.line(report.line)
        }
        return
      }
      let policies = policy.map { [$0] } ?? PresencePolicy.allCases
      let summary = await SeedSuite.run(
        seeds.range.flatMap { seed in policies.map { SeedSuite.Case(seed: seed, policy: $0) } }
      ) { report in
        Output.line(report.line)
        for violation in report.violations { Output.line("  \(violation)") }
        if !report.violations.isEmpty { Output.line("  \(report.command)") }
      }
      for line in summary.lines { Output.line(line) }
      if !summary.holds { throw ExitCode(ExitStatus.failed) }
    }
  }
}

extension SimulateCommand {
  struct MessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "messages",
      abstract: "Count what a day of presence costs between homeservers.",
      discussion: """
        HTTP requests by cause under the three policies, with answers in response bodies apart, beside asking for \
        everybody once a minute and the least there can be. A calculator that knows nothing but who was there when \
        says the same within 2 %, or the command exits with 1.
        """)

    @Flag(help: "A tenth of the people.")
    var small = false

    @Option(
      help: ArgumentHelp("Only the table with this many servers.", valueName: "N"),
      transform: wholeNumber("--servers", 1...1_000_000))
    var servers: Int?

    func validate() throws {
      guard let servers, !tables.contains(where: { $0.servers == servers }) else { return }
      let known = tables.map { "\($0.servers)" }.joined(separator: " or ")
      throw ValidationError("There is no table with \(servers) servers, only with \(known).")
    }

    private var tables: [MessageWorkload] { small ? MessageWorkload.small : MessageWorkload.all }

    func run() async throws {
      var holds = true
      for workload in tables where servers.map({ $0 == workload.servers }) ?? true {
        let report = await workload.report()
        for line in report.lines { Output.line(line) }
        holds = holds && report.failures.isEmpty
      }
      if !holds { throw ExitCode(ExitStatus.failed) }
    }
  }
}

/// `A..B`, or one number.
struct SeedRange {
  let range: ClosedRange<UInt64>

  init(_ text: String) throws(ValidationError) {
    let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false).map { UInt64($0) }
    guard let first = ends.first, let low = first, let last = ends.last, let high = last, low <= high else {
      throw ValidationError("--seeds takes A..B with A not above B, or one number; not '\(text)'")
    }
    // Each is a world in a list.
    guard high - low < Self.most else {
      throw ValidationError("--seeds takes at most \(Self.most) seeds at once, not those of '\(text)'")
    }
    range = low...high
  }

  private static let most: UInt64 = 1_000_000
}

/// The value of an option that takes `literal`, `tight` or `economical`.
func presencePolicy(_ option: String, _ text: String) throws(ValidationError) -> PresencePolicy {
  guard let policy = PresencePolicy(rawValue: text) else {
    throw ValidationError("\(option) takes literal, tight or economical, not '\(text)'")
  }
  return policy
}
