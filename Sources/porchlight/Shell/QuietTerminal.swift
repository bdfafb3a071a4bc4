internal import Glibc

/// The terminal while it does not show what is typed. Signals that end the process give it back first, and so does
/// Ctrl-Z; when the process goes on the terminal is quiet again, and the question is put again.
///
/// Shells differ in what they do to the terminal of a stopped job: bash shows what is typed when the job comes back,
/// dash leaves everything as the job left it. So neither is relied upon.
enum QuietTerminal {
  /// How the terminal was, and how it is meanwhile. Made before a handler may need them; handlers change them only
  /// while the process goes on after a stop.
  nonisolated(unsafe) private static let before = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) private static let quiet = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  /// The question, for a handler to put again.
  nonisolated(unsafe) private static var question = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  /// How often the process went on after a stop. Only compared.
  nonisolated(unsafe) private(set) static var suspensions: Int32 = 0

  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Puts a question whose answer is not shown. What was typed ahead was shown, so it is thrown away.
  ///
  /// - Returns: false where the terminal cannot be kept from showing it.
  static func begin(asking text: String) -> Bool {
    guard tcgetattr(STDIN_FILENO, before) == 0 else { return false }
    keepQuiet()
    question = UnsafeMutableBufferPointer.allocate(capacity: text.utf8.count)
    _ = question.initialize(from: text.utf8)
    for number in ending { handle(number) { QuietTerminal.giveBack(onSignal: $0) } }
    handle(SIGTSTP) { _ in QuietTerminal.stop() }
    handle(SIGCONT) { _ in QuietTerminal.goOn() }
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, quiet) == 0 else {
      end()
      return false
    }
    Output.prompt(text)
    return true
  }

  static func end() {
    tcsetattr(STDIN_FILENO, TCSANOW, before)
    for number in ending + [SIGTSTP, SIGCONT] { signal(number, SIG_DFL) }
    question.deallocate()
    question = UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  /// Without SA_RESTART: who reads is to look at what has changed.
  private static func handle(_ number: Int32, _ handler: @convention(c) @escaping (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    sigaction(number, &action, nil)
  }

  /// A line at a time, and Ctrl-C and Ctrl-Z as ever: a shell may have had other ideas while the process started.
  private static func keepQuiet() {
    quiet.pointee = before.pointee
    quiet.pointee.c_lflag &= ~tcflag_t(ECHO)
    quiet.pointee.c_lflag |= tcflag_t(ICANON | ISIG)
    quiet.pointee.c_iflag |= tcflag_t(ICRNL)
  }

  // MARK: Handlers. All they call may be called from one (signal-safety(7)).

  private static func giveBack(onSignal number: Int32) {
    tcsetattr(STDIN_FILENO, TCSANOW, before)
    signal(number, SIG_DFL)
    raise(number)
  }

  /// Ctrl-Z: the shell gets the terminal as it was.
  private static func stop() {
    tcsetattr(STDIN_FILENO, TCSANOW, before)
    signal(SIGTSTP, SIG_DFL)
    raise(SIGTSTP)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTSTP)
    // Here the process stops, unless no shell is there to let it go on: then it does not.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    tcsetattr(STDIN_FILENO, TCSANOW, quiet)
    handle(SIGTSTP) { _ in QuietTerminal.stop() }
  }

  /// After any stop, by SIGSTOP too, of which no process is told.
  private static func goOn() {
    // What the shell has the terminal do for its jobs now; after SIGSTOP some leave it quiet, which is ours.
    var now = termios()
    if tcgetattr(STDIN_FILENO, &now) == 0, now.c_lflag & tcflag_t(ECHO) != 0 { before.pointee = now }
    keepQuiet()
    // What was typed meanwhile may have been shown, and is not the password.
    tcsetattr(STDIN_FILENO, TCSAFLUSH, quiet)
    suspensions &+= 1
    _ = write(STDERR_FILENO, question.baseAddress, question.count)
  }
}
