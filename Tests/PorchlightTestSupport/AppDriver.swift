public import PorchlightApp
internal import PorchlightConfig
public import PorchlightSDK
public import Screen

/// One person at the roster: keys in, a grid of text out. The real application on an off-screen device, on
/// the simulation's clock.
public final class AppDriver {
  public let session: Session
  private let simulation: Simulation
  private let device: OffscreenDevice
  private let reason = Box<ExitReason>()
  private let task: Task<Void, Never>

  /// - Parameters:
  ///   - session: who is at the keyboard.
  ///   - simulation: where it runs.
  ///   - size: of the screen.
  ///   - configure: changes the options before it starts.
  public init(
    _ session: Session, in simulation: Simulation, size: Size = Size(rows: 24, columns: 80),
    configure: (inout AppOptions) -> Void = { _ in }
  ) {
    self.session = session
    self.simulation = simulation
    let device = OffscreenDevice(size: size)
    self.device = device
    var options = AppOptions(theme: Theme(.dark, colors: 256), seed: 1)
    configure(&options)
    let runtime = Runtime(session: session, device: device, time: simulation.time, options: options)
    task = simulation.start { [reason] in reason.set(await runtime.run()) }
  }

  /// What is on the screen.
  public var text: String { device.grid.text }

  /// One line of the screen, from the top.
  public func line(_ row: Int) -> String { device.grid.text(row: row) }

  /// The title line: oneself.
  public var title: String { line(0) }

  /// The rows of the roster: what is under the headings and above the rule, activity left out.
  public var rows: [String] {
    text.split(separator: "\n").map(String.init).dropFirst(3).prefix { Set($0) != ["╌"] }
  }

  /// The row of a user, or nil where the roster shows none.
  public func line(of name: String) -> String? { rows.first { $0.contains(name) } }

  /// How often something was sent to the screen.
  public var presentations: Int { device.presentations }

  /// Why it ended, once it has.
  public var exitReason: ExitReason? { reason.value }

  /// Presses keys, one after the other.
  public func press(_ keys: Key...) {
    for key in keys { device.send(.key(key)) }
    simulation.drain()
  }

  /// Types text, scalar by scalar.
  public func type(_ text: String) {
    for scalar in text.unicodeScalars { device.send(.key(.character(scalar))) }
    simulation.drain()
  }

  /// Sends something else a terminal can say.
  public func send(_ event: InputEvent) {
    device.send(event)
    simulation.drain()
  }

  public func resize(to size: Size) {
    device.resize(to: size)
    simulation.drain()
  }

  /// Ends it without a word, as `kill -9` does.
  public func kill() { simulation.stop(task) }
}
