internal import ArgumentParser
internal import DemoWorld
internal import Homeserver
internal import MatrixCrypto
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Ports
internal import TerminalDriver

/// `porchlight demo`: the roster over a simulated world on the embedded homeserver, in one process and
/// without a socket.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Look around in a simulated world; nothing leaves this process.",
    discussion: "The same seed makes the same world.")

  @Option(
    help: ArgumentHelp(
      "How many people are on your list, from 0 to 2000. (default: 24)", valueName: "number"),
    transform: wholeNumber("--people", 0...2000))
  var people = 24

  @Option(
    help: ArgumentHelp("What the world is made from, a number. (default: 1)", valueName: "seed"),
    transform: wholeNumber("--seed", .min ... .max))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "How fast the simulated people live, from 0.01 to 1000; timers of the server stay as "
        + "they are. (default: 1)",
      valueName: "factor"),
    transform: { try SpeedArgument($0) })
  var speed = SpeedArgument(1)

  @OptionGroup var roster: RosterOptions

  @Flag(help: "Add people whose names and texts attack the terminal.")
  var hostile = false

  /// Runs server, world and roster side by side until the roster ends.
  func run() async throws {
    let time = SystemTimekeeper()
    let secrets = SystemSecrets(random: SystemRandomNumberGenerator())
    guard let name = ServerName("harbor.example"),
      let world = DemoWorld(around: "you", on: name, options: options)
    else { preconditionFailure("constant names") }
    var configuration = Homeserver.Configuration(name: name)
    configuration.othersAreSilent = true
    // Scripts may run a thousand times as fast.
    configuration.rateLimits = .none
    let store = MemoryServerStore()
    try await store.commit(world.opening(secrets: secrets, at: time.wallTime))
    let homeserver = Homeserver(
      configuration, stored: try await store.load(for: name), store: store, secrets: secrets, time: time,
      random: SystemRandomNumberGenerator())
    let exchange = InProcessExchange(homeserver)
    let user = try Client(exchange: exchange, time: time).session(world.user)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        await homeserver.run()
        return false
      }
      group.addTask {
        // The first picture does not wait for the first poll of every user.
        try? await time.sleep(until: time.instant + .milliseconds(100))
        await world.run(through: exchange, time: time)
        return false
      }
      group.addTask { [roster] in
        try await roster.run { terminal, options in
          await Runtime(session: user, device: terminal, time: time, options: options).run()
        }
        return true
      }
      defer { group.cancelAll() }
      while let isOver = try await group.next(), !isOver {}
    }
  }

  private var options: DemoWorld.Options {
    var world = DemoWorld.Options()
    world.people = people
    world.seed = seed
    world.speed = speed.factor
    world.hostile = hostile
    return world
  }
}
