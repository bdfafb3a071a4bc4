internal import CTerminal
internal import Glibc
internal import Synchronization

/// One thread that runs an actor's jobs and sleeps in `poll` on their arrival, on signals and on the keyboard.
///
/// ncurses is not reentrant; being touched from this thread only is what makes it safe. Nothing wakes the
/// thread while nothing happens.
final class TerminalThread: SerialExecutor {
  /// What the thread woke up for, apart from jobs.
  enum Wake {
    case signals(UInt32)
    case readable(hungUp: Bool)
    /// The keyboard was silent for as long as its watcher asked.
    case pause
  }

  /// Who is told about the keyboard and signals.
  struct Watch: Sendable {
    /// The keyboard; negative to look at signals only.
    var descriptor: Int32
    /// Called on the thread.
    var handler: @Sendable (Wake) -> Answer
  }

  /// What a watcher wants next.
  enum Answer {
    case keepWatching
    /// Send `.pause` after so many milliseconds of silence.
    case pauseAfter(Int32)
    /// Never look at the keyboard again: it is at its end, and poll would return at once for ever.
    case stopReading
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
    var timeout: Int32 = -1
    while runJobs() {
      var descriptors = [
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        pollfd(fd: state.withLock { $0.watch?.descriptor } ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, 2, timeout)
      if descriptors[0].revents != 0 { porch_terminal_clear_wake(wake) }
      let signals = porch_terminal_take_signals()
      if signals != 0 { tell(.signals(signals), &timeout) }
      if ready > 0, descriptors[1].revents != 0 {
        let hungUp = Int32(descriptors[1].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0
        tell(.readable(hungUp: hungUp), &timeout)
      } else if ready == 0 {
        timeout = -1
        tell(.pause, &timeout)
      }
    }
  }

  private func tell(_ wake: Wake, _ timeout: inout Int32) {
    guard let watch = state.withLock({ $0.watch }) else { return }
    switch watch.handler(wake) {
    case .keepWatching: timeout = -1
    case .pauseAfter(let milliseconds): timeout = milliseconds
    case .stopReading:
      timeout = -1
      state.withLock { $0.watch?.descriptor = -1 }
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
