internal import Synchronization

/// A screen in memory: its grid is built from patches only, and its keys are sent by a test.
public final class OffscreenDevice: ScreenDevice {
  public let events: AsyncStream<InputEvent>
  public let capabilities: ScreenCapabilities

  private let sink: AsyncStream<InputEvent>.Continuation
  private let state: Mutex<State>

  private struct State {
    var grid: Grid
    var presentations = 0
    var redraws = 0
    var suspensions = 0
  }

  public init(
    size: Size,
    capabilities: ScreenCapabilities = ScreenCapabilities(colors: 256, unicode: true)
  ) {
    (events, sink) = AsyncStream.makeStream(of: InputEvent.self)
    self.capabilities = capabilities
    state = Mutex(State(grid: Grid(size: size)))
  }

  /// What the screen shows now.
  public var grid: Grid { state.withLock { $0.grid } }

  /// How often something was presented, whether it changed anything or not.
  public var presentations: Int { state.withLock { $0.presentations } }
  public var redraws: Int { state.withLock { $0.redraws } }
  public var suspensions: Int { state.withLock { $0.suspensions } }

  /// Lets an event arrive, as if typed.
  public func send(_ event: InputEvent) {
    sink.yield(event)
  }

  /// Gives the screen another size, empties it and tells so.
  public func resize(to size: Size) {
    state.withLock { $0.grid = Grid(size: size) }
    send(.resized(size))
  }

  /// Ends the stream of events.
  public func finish() {
    sink.finish()
  }

  public func size() async -> Size { grid.size }

  public func present(_ patches: [Patch], cursor: Cursor?) async {
    state.withLock {
      apply(patches, to: &$0.grid)
      $0.grid.cursor = cursor
      $0.presentations += 1
    }
  }

  public func redraw() async {
    state.withLock { $0.redraws += 1 }
  }

  public func suspend() async {
    let size = state.withLock {
      $0.suspensions += 1
      return $0.grid.size
    }
    send(.resumed(size))
  }
}
