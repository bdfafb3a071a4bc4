internal import ArgumentParser
internal import Bench
internal import Glibc
internal import HomeserverHTTP
internal import HomeserverSQLite
internal import MatrixCrypto
internal import NetworkExchange
internal import Ports

/// `porchlight bench`: what the homeserver costs, beside a route that does nothing and a server in C.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the homeserver against its limits.",
    discussion: """
      Servers run in processes of their own and take turns; the table has medians, and medians of each round's \
      ratios. Exits 1 when a limit is missed. Meant for release builds.

        fanout     What does it cost to tell everybody? CPU of the server per delivered update with the next \
      poll, how often the server allocates for it, and the time until the last watcher has read it, for 200, 1,000 and \
      10,000 watchers.
        memory     What does waiting cost? Resident memory per parked poll and CPU while 10,000 wait.
        requests   What does asking cost? GET and PUT of a status per CPU second, over 64 connections; and a change \
      of a user whom 5,000 have on their lists, none of them polling.
        rooms      What does a room of 2,000 cost? The time until a join has reached all, CPU of the server for it, \
      and for a status change beside one to as many lists; and the first sync of a user in 200 rooms of 50.
        latency    How long does one request keep others waiting? The longest that /versions and a PUT of another \
      user wait beside each request at the bounds of what a person or a server may make long, in milliseconds.
        federation What do other servers cost? CPU per transaction with one state, for both servers, as a multiple \
      of one signature and its verification.
        soak       Does it stay as it was? Users who poll, change, talk, come and go for minutes or hours: memory \
      that does not grow, no error, nothing lost, no poll left over.

      For example: porchlight bench fanout --rounds 7
      """,
    subcommands: [
      FanoutCommand.self, MemoryCommand.self, RequestsCommand.self, RoomsCommand.self,
      LatencyCommand.self, FederationCommand.self, SoakCommand.self, AllCommand.self, BenchServerCommand.self,
    ],
    defaultSubcommand: AllCommand.self)

  struct FanoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fanout", abstract: "Tell one change to many who wait.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([.fanout]) }
  }

  struct MemoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "memory", abstract: "Let ten thousand polls wait.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([.memory]) }
  }

  struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "requests", abstract: "Ask for and set a status, again and again.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([.requests]) }
  }

  struct RoomsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rooms", abstract: "Join a room of two thousand, and be in two hundred.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([.rooms]) }
  }

  struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "latency", abstract: "Wait behind requests that are much work.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([], latency: true) }
  }

  struct FederationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "federation", abstract: "Take transactions of another server, signed and verified.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run([], federation: true) }
  }

  struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "all", abstract: "One after the other.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      try await options.run(Bench.Scenario.allCases, latency: true, federation: true)
    }
  }
}

/// `porchlight bench soak`: minutes or hours of use.
struct SoakCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak", abstract: "Use a server for long, and see that it stays as it was.")

  @Option(
    help: ArgumentHelp("For how long, from 1 to 10,000. (default: 2)", valueName: "number"),
    transform: wholeNumber("--minutes", 1...10_000))
  var minutes = 2

  func run() async throws {
    _ = FileLimit.raise()
    let time = SystemTimekeeper()
    do {
      let soak = try SoakBench(program: ProcessEnvironment().executablePath, time: time)
      let server = try ServerAddress(checking: "http://127.0.0.1:\(soak.port)")
      let holds = try await withNetworkExchange(to: server, time: time) { exchange in
        try await soak.run(for: .seconds(60 * minutes), over: exchange)
      }
      if !holds { throw ExitCode(ExitStatus.failed) }
    } catch let error as BenchError {
      Output.complain(error.description)
      throw ExitCode(ExitStatus.failed)
    }
  }
}

/// How to measure.
struct BenchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How often each server has its turn, from 1 to 100. (default: 5)", valueName: "number"),
    transform: wholeNumber("--rounds", 1...100))
  var rounds = 5

  @Option(
    help: ArgumentHelp(
      "Where longpoll_server.c, which is compared with, and count_allocations.c are, to be compiled.",
      valueName: "folder"))
  var baseline = ".ci/bench"

  func run(
    _ scenarios: [Bench.Scenario], latency: Bool = false, federation: Bool = false
  ) async throws {
    // The servers to be measured are children, and inherit it.
    _ = FileLimit.raise()
    var holds = true
    do {
      if !scenarios.isEmpty {
        let bench = Bench(program: ProcessEnvironment().executablePath, sources: baseline, rounds: rounds)
        for scenario in scenarios { holds = try await bench.run(scenario) && holds }
      }
      if latency { holds = try await runLatency() && holds }
      if federation { holds = try await runFederation() && holds }
    } catch let error as BenchError {
      Output.complain(error.description)
      throw ExitCode(ExitStatus.failed)
    }
    if !holds { throw ExitCode(ExitStatus.failed) }
  }

  private func runLatency() async throws -> Bool {
    var random = SystemRandomNumberGenerator()
    guard let signer = SigningKey(using: &random) else { throw Failure("no signing key could be made") }
    return try await LatencyBench(
      signer: signer, verifier: SigningKeyVerifier(), secrets: SystemSecrets(random: random),
      time: SystemTimekeeper(), random: random, rounds: rounds
    ).run()
  }

  private func runFederation() async throws -> Bool {
    var random = SystemRandomNumberGenerator()
    guard let signer = SigningKey(using: &random) else { throw Failure("no signing key could be made") }
    let folder = try BenchServerCommand.makeFolder()
    defer { BenchServerCommand.remove(folder) }
    return try await FederationBench(
      signer: signer, verifier: SigningKeyVerifier(),
      on: try SQLiteServerStore(path: folder + "/bench.sqlite"), secrets: SystemSecrets(random: random),
      time: SystemTimekeeper(), random: random, rounds: rounds
    ).run()
  }
}

/// `porchlight bench server`: one of the servers that are measured. Hidden.
struct BenchServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Be measured.", shouldDisplay: false)

  @Option(help: "How many people watch one.", transform: wholeNumber("--watchers", 0...100_000))
  var watchers = 1_000

  @Flag(help: "All are in one room, instead of having that one on their lists.")
  var room = false

  @Option(help: "How many users will join the room.", transform: wholeNumber("--newcomers", 0...100_000))
  var newcomers = 0

  @Option(help: "In how many rooms one more user is.", transform: wholeNumber("--rooms", 0...10_000))
  var rooms = 0

  @Flag(help: "Begin without users, and print every second how many polls wait.")
  var open = false

  func run() async throws {
    let time = SystemTimekeeper()
    // As `serve` does.
    HTTPServer.prepareMemory()
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        // The measuring process may have been killed.
        while getppid() != 1 { try await time.sleep(until: time.instant + .seconds(1)) }
        Glibc._exit(1)
      }
      let folder = try Self.makeFolder()
      defer { Self.remove(folder) }
      let server = BenchServer(
        on: { try SQLiteServerStore(path: folder + "/bench.sqlite") },
        secrets: SystemSecrets(random: SystemRandomNumberGenerator()), time: time,
        random: SystemRandomNumberGenerator())
      if open {
        try await server.serveOpenly()
      } else {
        try await server.serve(
          BenchPopulation(
            watchers: watchers, sharing: room ? .room : .lists, newcomers: newcomers, rooms: rooms))
      }
    }
  }

  /// On a real disk, for a file in memory makes nothing durable.
  fileprivate static func makeFolder() throws(Failure) -> String {
    var template = Array("/var/tmp/porchlight-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("no folder for a database can be made in /var/tmp") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  fileprivate static func remove(_ folder: String) {
    for name in ["", "-wal", "-shm"] { unlink(folder + "/bench.sqlite" + name) }
    rmdir(folder)
  }
}
