internal import CTerminal
internal import Glibc
internal import Keyboard
internal import Screen

/// Opens ncurses on the terminal's thread before there is a terminal.
actor TerminalOpener {
  private nonisolated let thread: TerminalThread

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(thread: TerminalThread) {
    self.thread = thread
  }

  /// What became of it, and what the terminal is.
  struct Outcome {
    var status: Int32
    var info: porch_terminal_info
    var keys: TerminalKeys
  }

  func open(_ options: TerminalOptions, termName: String) -> Outcome {
    var info = porch_terminal_info()
    let status = termName.withCString { name in
      options.locale.withCString { locale in
        var request = porch_terminal_options()
        request.term_name = name
        request.locale = locale
        request.input = options.inputDescriptor
        request.output = options.outputDescriptor
        request.wake = thread.wakeDescriptor
        request.rows = Int32(clamping: options.fallbackSize?.rows ?? 0)
        request.columns = Int32(clamping: options.fallbackSize?.columns ?? 0)
        request.use_color = options.useColor
        request.asks_background = options.asksBackground && TerminalOptions.understandsOSC(termName)
        return porch_terminal_open(&request, &info)
      }
    }
    let keys = TerminalKeys { name in
      porch_terminal_capability(name).map { Array(String(cString: $0).utf8) }
    }
    return Outcome(status: status, info: info, keys: keys)
  }
}

extension TerminalOptions {
  /// Whether terminals of that name take an OSC string they do not know without showing it: not the console, and
  /// not what terminfo describes of old.
  static func understandsOSC(_ termName: String) -> Bool {
    let old = ["linux", "dumb", "ansi", "vt", "cons", "sun", "wy", "tvi", "pcansi", "hurd", "minix"]
    return !old.contains { termName.hasPrefix($0) }
  }

  /// The name, if these options can work at all.
  func checkedTermName() throws(TerminalError) -> String {
    if requiresTerminal {
      guard isatty(outputDescriptor) == 1 else { throw .outputNotATerminal }
      guard isatty(inputDescriptor) == 1 else { throw .inputNotATerminal }
    }
    guard let termName, !termName.isEmpty else { throw .noName }
    // A name with a slash would be looked up as a path.
    guard !termName.contains("/") else { throw .unknown(termName) }
    return termName
  }
}

extension TerminalError {
  init(status: Int32, termName: String) {
    switch Int(status) {
    case Int(PORCH_TERMINAL_UNKNOWN): self = .unknown(termName)
    case Int(PORCH_TERMINAL_NO_DATABASE): self = .noDatabase
    case Int(PORCH_TERMINAL_TOO_SIMPLE): self = .tooSimple(termName)
    case Int(PORCH_TERMINAL_BUSY): self = .alreadyOpen
    default: self = .refused
    }
  }
}
