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
  /// The thread that asks and reads. Signals reach the main thread, for those of a pool block them. If it still waited
  /// for a processor when the question is answered already, it would take the echo from a terminal that was given
  /// back. So handlers run on the reader alone.
  nonisolated(unsafe) private static var reader = pthread_self()
  /// The question, for a handler to put again.
  nonisolated(unsafe) private static var question = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  /// How often the process went on after a stop. Only compared.
  nonisolated(unsafe) private(set) static var suspensions: Int32 = 0

  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  private static let handled = ending + [SIGTSTP, SIGCONT]
  private static let handledSet = signals(handled)
  private static let stopSet = signals([SIGTSTP])
  /// The signals that the reader blocks by itself.
  nonisolated(unsafe) private static var blocked = sigset_t()

  /// Puts a question whose answer is not shown. What was typed ahead was shown, so it is thrown away.
  ///
  /// - Returns: false where the terminal cannot be kept from showing it.
  static func begin(asking text: String) -> Bool {
    guard tcgetattr(STDIN_FILENO, before) == 0 else { return false }
    keepQuiet()
    question = UnsafeMutableBufferPointer.allocate(capacity: text.utf8.count)
    _ = question.initialize(from: text.utf8)
    reader = pthread_self()
    handled.forEach(handle)
    _ = stopSet  // A handler finds it made.
    var unblocked = handledSet
    pthread_sigmask(SIG_UNBLOCK, &unblocked, &blocked)
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, quiet) == 0 else {
      end()
      return false
    }
    Output.prompt(text)
    return true
  }

  static func end() {
    tcsetattr(STDIN_FILENO, TCSANOW, before)
    for number in handled { signal(number, SIG_DFL) }
    pthread_sigmask(SIG_SETMASK, &blocked, nil)
    question.deallocate()
    question = UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  /// Without SA_RESTART: the reader is to look at what has changed. One handler at a time, for they share what is above.
  private static func handle(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { QuietTerminal.receive($0) }
    action.sa_mask = handledSet
    sigaction(number, &action, nil)
  }

  private static func signals(_ numbers: [Int32]) -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    return signals
  }

  /// A line at a time, and Ctrl-C and Ctrl-Z as ever: a shell may have had other ideas while the process started.
  private static func keepQuiet() {
    quiet.pointee = before.pointee
    quiet.pointee.c_lflag &= ~tcflag_t(ECHO)
    quiet.pointee.c_lflag |= tcflag_t(ICANON | ISIG)
    quiet.pointee.c_iflag |= tcflag_t(ICRNL)
  }

  // MARK: Handlers. All they call may be called from one (signal-safety(7)).

  private static func receive(_ number: Int32) {
    guard pthread_equal(pthread_self(), reader) != 0 else {
      _ = pthread_kill(reader, number)
      return
    }
    switch number {
    case SIGTSTP: stop()
    case SIGCONT: goOn()
    default: giveBack(onSignal: number)
    }
  }

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
    var unblocked = stopSet
    // Here the process stops, unless no shell is there to let it go on: then it does not.
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    tcsetattr(STDIN_FILENO, TCSANOW, quiet)
    handle(SIGTSTP)
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
