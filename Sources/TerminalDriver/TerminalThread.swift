internal import CTerminal
internal import Glibc
internal import Synchronization

/// One thread that runs an actor's jobs and sleeps in `poll` on their arrival, on signals, on the keyboard, and on a
/// terminal that was full.
///
/// ncurses is not reentrant; being touched from this thread only is what makes it safe. Nothing wakes the
/// thread while nothing happens, and it never waits for the terminal.
final class TerminalThread: SerialExecutor {
  /// What the thread woke up for, apart from jobs.
  enum Wake {
    case signals(UInt32)
    case readable(hungUp: Bool)
    /// The terminal takes output again.
    case writable
    /// Nothing happened for as long as the watcher asked.
    case pause
  }

  /// Who is told about the keyboard, the terminal and signals. Both closures are called on the thread.
  struct Watch: Sendable {
    var keyboard: Int32
    var output: Int32
    /// Asked before each sleep.
    var needs: @Sendable () -> Needs
    var handler: @Sendable (Wake) -> Void
  }

  /// What a watcher waits for, apart from signals.
  struct Needs {
    /// The keyboard. Not once it is at its end: poll would return at once for ever.
    var reads = false
    /// Room in the terminal.
    var writes = false
    /// Send `.pause` after so many milliseconds; nil to wait for ever.
    var pause: Int32?
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var watch: Watch?
    var isStopped = false
  }

  private let state = Mutex(State())
  private let wake: Int32
  private let thread = Atomic<UInt>(0)

  /// Starts the thread; nil if the system has no descriptor or thread left.
  static func start() -> TerminalThread? {
    let wake = porch_terminal_make_wake()
    guard wake >= 0 else { return nil }
    let executor = TerminalThread(wake: wake)
    // Balanced by takeRetainedValue on the new thread, or below if there is none.
    let retained = Unmanaged.passRetained(executor)
    var handle = pthread_t()
    let result = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<TerminalThread>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, retained.toOpaque())
    guard result == 0 else {
      retained.release()
      return nil
    }
    pthread_detach(handle)
    return executor
  }

  private init(wake: Int32) {
    self.wake = wake
  }

  deinit {
    close(wake)
  }

  /// The eventfd that ends the thread's sleep; signal handlers write to it.
  var wakeDescriptor: Int32 { wake }

  func watch(_ watch: Watch?) {
    state.withLock { $0.watch = watch }
    wakeUp()
  }

  /// Ends the thread once its jobs are done.
  func stop() {
    state.withLock { $0.isStopped = true }
    wakeUp()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wakeUp()
  }

  func checkIsolated() {
    precondition(isOnThread, "terminal code ran outside of the terminal's thread")
  }

  func isIsolatingCurrentContext() -> Bool? { isOnThread }

  private var isOnThread: Bool { pthread_self() == thread.load(ordering: .relaxed) }

  private func wakeUp() {
    // On the thread itself the loop looks at the queue again before it sleeps.
    guard !isOnThread else { return }
    porch_terminal_wake(wake)
  }

  private func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    porch_terminal_protect_thread()
    while runJobs() {
      let asleep = state.withLock { $0.watch }
      let needs = asleep?.needs() ?? Needs()
      var descriptors = [
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        pollfd(fd: needs.reads ? asleep?.keyboard ?? -1 : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: needs.writes ? asleep?.output ?? -1 : -1, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&descriptors, 3, needs.pause ?? -1)
      if descriptors[0].revents != 0 { porch_terminal_clear_wake(wake) }
      // A watch that began during the sleep hears of the signals that came since.
      guard let watch = state.withLock({ $0.watch }) else { continue }
      let signals = porch_terminal_take_signals()
      if signals != 0 { watch.handler(.signals(signals)) }
      if ready == 0 { watch.handler(.pause) }
      guard ready > 0 else { continue }
      if descriptors[2].revents != 0 { watch.handler(.writable) }
      if descriptors[1].revents != 0 {
        let hungUp = Int32(descriptors[1].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0
        watch.handler(.readable(hungUp: hungUp))
      }
    }
  }

  /// Runs what is queued, and what that queues.
  ///
  /// - Returns: False when the thread is to end.
  private func runJobs() -> Bool {
    while true {
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.isStopped)
      }
      if jobs.isEmpty { return !isStopped }
      for job in jobs {
        job.runSynchronously(on: asUnownedSerialExecutor())
      }
    }
  }
}
