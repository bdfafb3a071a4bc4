internal import CTerminal
internal import Glibc
public import Screen

/// The real terminal, drawn by ncurses on a thread of its own.
///
/// There is at most one at a time. Whatever ends the process, the terminal is given back as it was: by
/// `close`, at `exit`, and by a handler for crashes.
public actor Terminal: ScreenDevice {
  public nonisolated let events: AsyncStream<InputEvent>
  public nonisolated let capabilities: ScreenCapabilities

  /// How long an unfinished paste waits for more, in milliseconds.
  private static let pastePause: Int32 = 500

  private nonisolated let thread: TerminalThread
  private let queue: EventQueue
  private var pairs: ColorPairs
  private var decoder = KeyDecoder()
  private var cursor: Position?
  private var isOpen = true
  private var emptyReads = 0

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Takes the terminal. The error says in words what is in the way.
  public static func open(_ options: TerminalOptions) async throws(TerminalError) -> Terminal {
    let name = try options.checkedTermName()
    guard let thread = TerminalThread.start() else { throw .refused }
    porch_terminal_protect_thread()
    let (status, info) = await TerminalOpener(thread: thread).open(options, termName: name)
    guard status == Int32(PORCH_TERMINAL_OK) else {
      thread.stop()
      throw TerminalError(status: status, termName: name)
    }
    let terminal = Terminal(thread: thread, info: info)
    terminal.startWatching(options.inputDescriptor)
    return terminal
  }

  private init(thread: TerminalThread, info: porch_terminal_info) {
    self.thread = thread
    queue = EventQueue()
    events = queue.stream
    capabilities = ScreenCapabilities(colors: Int(info.colors), unicode: info.unicode)
    pairs = ColorPairs(palette: Palette(colors: Int(info.colors)), limit: info.pairs)
  }

  /// Gives the terminal back if `close` was forgotten. Nobody can be running a job of this actor any more,
  /// so nothing else touches ncurses now.
  deinit {
    if isOpen { porch_terminal_close() }
    thread.stop()
  }

  /// Gives the terminal back as it was found. Doing so twice is harmless.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    thread.watch(nil)
    porch_terminal_close()
    queue.finish()
  }

  public func size() -> Size {
    var rows: Int32 = 0
    var columns: Int32 = 0
    porch_terminal_size(&rows, &columns)
    return Size(rows: Int(rows), columns: Int(columns))
  }

  public func present(_ patches: [Patch], cursor: Position?) {
    guard isOpen else { return }
    for patch in patches {
      for (offset, cell) in patch.cells.enumerated() {
        guard let glyph = cell.glyph else { continue }
        put(glyph, row: patch.row, column: patch.column + offset, style: cell.style)
      }
    }
    self.cursor = cursor
    flush()
  }

  public func redraw() {
    guard isOpen else { return }
    porch_terminal_forget()
    flush()
  }

  public func suspend() {
    guard isOpen else { return }
    porch_terminal_stop()
    resume()
  }

  private func put(_ glyph: Glyph, row: Int, column: Int, style: Style) {
    let look = pairs.look(of: style)
    let scalars = glyph.scalars.map(\.value)
    porch_terminal_put(
      Int32(clamping: row), Int32(clamping: column), scalars, Int32(scalars.count), Int32(glyph.width),
      look.attributes, look.pair)
  }

  private func flush() {
    porch_terminal_flush(
      Int32(clamping: cursor?.row ?? -1), Int32(clamping: cursor?.column ?? -1))
  }

  private func resume() {
    porch_terminal_resume()
    send(.resumed(size()))
  }

  private func send(_ event: InputEvent) {
    queue.send(event, size: size())
  }
}

// What the thread reports. It calls from its own loop, outside of any job; `assumeIsolated` asks the executor
// and is answered by `isIsolatingCurrentContext`.
extension Terminal {
  private nonisolated func startWatching(_ descriptor: Int32) {
    thread.watch(
      TerminalThread.Watch(descriptor: descriptor) { [weak self] wake in
        guard let self else { return .stopReading }
        return self.assumeIsolated { $0.handle(wake) }
      })
  }

  private func handle(_ wake: TerminalThread.Wake) -> TerminalThread.Answer {
    guard isOpen else { return .stopReading }
    switch wake {
    case .signals(let bits): handle(signals: bits)
    case .readable(let hungUp): return read(hungUp: hungUp)
    case .pause:
      decoder.finishPaste()
      deliverKeys()
    }
    return decoder.isPasting ? .pauseAfter(Self.pastePause) : .keepWatching
  }

  private func read(hungUp: Bool) -> TerminalThread.Answer {
    var count = 0
    while case let key = porch_terminal_read_key(), key.kind != Int32(PORCH_KEY_NONE) {
      decoder.feed(key)
      count += 1
    }
    decoder.finishBatch()
    // A terminal that is ready but has nothing to read is at its end. Twice, because a signal may have cut a
    // first attempt short.
    emptyReads = count == 0 ? emptyReads + 1 : 0
    let isAtEnd = hungUp || emptyReads > 1
    if isAtEnd { decoder.finishPaste() }
    deliverKeys()
    guard !isAtEnd else {
      send(.endOfInput)
      return .stopReading
    }
    return decoder.isPasting ? .pauseAfter(Self.pastePause) : .keepWatching
  }

  private func deliverKeys() {
    for event in decoder.takeEvents() { send(event) }
  }

  private func handle(signals: UInt32) {
    func arrived(_ bit: Int) -> Bool { signals & UInt32(bit) != 0 }
    if arrived(Int(PORCH_TERMINAL_STOP_ASKED)) {
      suspend()
    } else if arrived(Int(PORCH_TERMINAL_CONTINUED)) {
      // Stopped by a signal that cannot be caught; the shell has used the terminal since.
      resume()
    }
    if arrived(Int(PORCH_TERMINAL_WINDOW_CHANGED)) {
      porch_terminal_follow_size()
      send(.resized(size()))
    }
    if arrived(Int(PORCH_TERMINAL_INTERRUPTED)) { send(.terminate(signal: SIGINT)) }
    if arrived(Int(PORCH_TERMINAL_TERMINATED)) { send(.terminate(signal: SIGTERM)) }
    if arrived(Int(PORCH_TERMINAL_HUNG_UP)) { send(.terminate(signal: SIGHUP)) }
  }
}
