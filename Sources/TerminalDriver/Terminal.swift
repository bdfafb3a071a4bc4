internal import CTerminal
internal import Glibc
internal import Keyboard
public import Ports
public import Screen

/// The real terminal, drawn by ncurses on a thread of its own.
///
/// There is at most one at a time. Whatever ends the process, the terminal is given back as it was: by
/// `close`, at `exit`, and by a handler for crashes.
///
/// A terminal that stops reading holds up nothing but its picture: what was presented meanwhile is drawn at once when it
/// goes on, the newest state of it.
public actor Terminal: ScreenDevice {
  public nonisolated let events: AsyncStream<InputEvent>
  public nonisolated let capabilities: ScreenCapabilities

  private nonisolated let thread: TerminalThread
  private let queue: EventQueue
  private var pairs: ColorPairs
  private let time: any Timekeeper
  private var decoder: KeyDecoder
  private var cursor: Cursor?
  private var isOpen = true
  private var isReading = true
  /// Whether the terminal has not taken all of the last picture yet.
  private var isFull = false
  /// Whether something was presented since the last picture.
  private var isBehind = false

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Takes the terminal.
  ///
  /// - Parameters:
  ///   - options: which, and how.
  ///   - time: tells a key from the beginning of a sequence.
  /// - Returns: the terminal, with nothing on it.
  /// - Throws: what is in the way, in words.
  public static func open(
    _ options: TerminalOptions, on time: any Timekeeper
  ) async throws(TerminalError) -> Terminal {
    let name = try options.checkedTermName()
    guard let thread = TerminalThread.start() else { throw .refused }
    porch_terminal_protect_thread()
    let outcome = await TerminalOpener(thread: thread).open(options, termName: name)
    guard outcome.status == Int32(PORCH_TERMINAL_OK) else {
      thread.stop()
      throw TerminalError(status: outcome.status, termName: name)
    }
    let terminal = Terminal(thread: thread, outcome: outcome, time: time)
    terminal.startWatching(options.inputDescriptor)
    return terminal
  }

  private init(thread: TerminalThread, outcome: TerminalOpener.Outcome, time: any Timekeeper) {
    let info = outcome.info
    self.thread = thread
    self.time = time
    decoder = KeyDecoder(keys: outcome.keys)
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

  public func present(_ patches: [Patch], cursor: Cursor?) {
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

  /// Draws, unless the terminal is still busy with the picture before.
  private func flush() {
    isBehind = isFull
    guard !isFull else { return }
    isFull = !porch_terminal_flush(
      Int32(clamping: cursor?.position.row ?? -1), Int32(clamping: cursor?.position.column ?? -1),
      cursor?.isVisible ?? false)
  }

  private func sendMore() {
    isFull = !porch_terminal_send()
    if !isFull, isBehind { flush() }
  }

  private func resume() {
    porch_terminal_resume()
    sendMore()
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
      TerminalThread.Watch(keyboard: descriptor, output: porch_terminal_output()) { [weak self] in
        self?.assumeIsolated { $0.needs() } ?? TerminalThread.Needs()
      } handler: { [weak self] wake in
        self?.assumeIsolated { $0.handle(wake) }
      })
  }

  private func needs() -> TerminalThread.Needs {
    guard isOpen else { return TerminalThread.Needs() }
    let pause = decoder.deadline.map { ($0 - time.instant).roundedUpMilliseconds }
    return TerminalThread.Needs(reads: isReading, writes: isFull, pause: pause)
  }

  private func handle(_ wake: TerminalThread.Wake) {
    guard isOpen else { return }
    switch wake {
    case .signals(let bits): handle(signals: bits)
    case .readable(let hungUp): read(hungUp: hungUp)
    case .writable: sendMore()
    case .pause: deliver(decoder.expire(at: time.instant))
    }
  }

  private func read(hungUp: Bool) {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
      let got = porch_terminal_read(buffer.baseAddress, Int32(clamping: buffer.count))
      isReading = got != 0
      count = Int(max(0, got))
    }
    deliver(decoder.feed(bytes, at: time.instant))
    // What came before a terminal hung up is read to its end.
    if hungUp, bytes.isEmpty { isReading = false }
    guard !isReading else { return }
    deliver(decoder.finish())
    send(.endOfInput)
  }

  private func deliver(_ events: [InputEvent]) {
    for event in events { send(event) }
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

extension Duration {
  /// Whole milliseconds for `poll`, so that the time has come when it returns.
  fileprivate var roundedUpMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return Int32(
      clamping: min(seconds, 86_400) * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
