public import DemoWorld
internal import Homeserver
internal import MatrixWire
public import PorchlightSDK

extension TestHomeserver {
  /// A homeserver with a demo world that lives on it, and the session of the person at the keyboard.
  public static func start(
    with options: DemoWorld.Options, in simulation: Simulation
  ) throws -> (server: TestHomeserver, user: Session) {
    let name = try ServerName("harbor.example").orThrow("a server name")
    let world = try DemoWorld(around: "you", on: name, options: options).orThrow("a world")
    let store = MemoryServerStore()
    let rows = world.opening(secrets: TestSecrets(), at: simulation.time.wallTime)
    try simulation.run { try await store.commit(rows) }
    let server = try TestHomeserver(simulation, name.rawValue, store: store) { $0.othersAreSilent = true }
    let exchange = server.exchange
    simulation.start { [time = simulation.time] in await world.run(through: exchange, time: time) }
    return (server, try server.client.session(world.user))
  }
}
