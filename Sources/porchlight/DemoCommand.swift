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

  /// Runs server, world and roster side by side until the roster ends. The world is made while the terminal opens.
  func run() async throws {
    let time = SystemTimekeeper()
    guard let name = ServerName("harbor.example") else { preconditionFailure("a constant server name") }
    var configuration = Homeserver.Configuration(name: name)
    configuration.othersAreSilent = true
    // A script makes all the others at once.
    configuration.rateLimits = .none
    let homeserver = Homeserver(
      configuration, secrets: SystemSecrets(random: SystemRandomNumberGenerator()), time: time,
      random: SystemRandomNumberGenerator())
    let exchange = InProcessExchange(homeserver)
    // The roster is up at once and asks through the gate.
    let gate = DeferredExchange(exchange)
    let account = try await Client(exchange: exchange, time: time).register(
      username: "you", deviceName: "porchlight demo")
    let demo = DemoWorld(exchange: exchange, time: time, options: world)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        await homeserver.run()
        return false
      }
      group.addTask {
        try await demo.run(around: account) {
          gate.open()
          // The first picture does not wait for the first poll of every user.
          try? await time.sleep(until: time.instant + .milliseconds(100))
        }
        return false
      }
      group.addTask { [roster] in
        try await roster.run { terminal, options in
          await Runtime(session: account.through(gate), device: terminal, time: time, options: options).run()
        }
        return true
      }
      defer { group.cancelAll() }
      while let isOver = try await group.next(), !isOver {}
    }
  }

  private var world: DemoWorld.Options {
    var world = DemoWorld.Options()
    world.people = people
    world.seed = seed
    world.speed = speed.factor
    world.hostile = hostile
    return world
  }
}
