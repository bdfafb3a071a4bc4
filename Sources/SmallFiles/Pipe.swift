internal import Glibc
internal import Synchronization

/// A pipe that no program inherits unasked.
final class Pipe: Sendable {
  private let ends: Mutex<(reading: Int32, writing: Int32)>

  /// -1 once closed.
  var reading: Int32 { ends.withLock { $0.reading } }
  /// -1 once closed.
  var writing: Int32 { ends.withLock { $0.writing } }

  init() throws(FileProblem) {
    var descriptors = [Int32](repeating: -1, count: 2)
    guard pipe(&descriptors) == 0 else {
      throw FileProblem("No pipe can be made: \(String(cString: strerror(errno))).")
    }
    for end in descriptors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    ends = Mutex((descriptors[0], descriptors[1]))
  }

  deinit { close() }

  func closeReading() { ends.withLock { Self.close(&$0.reading) } }

  /// The reader finds the end.
  func closeWriting() { ends.withLock { Self.close(&$0.writing) } }

  func close() {
    closeReading()
    closeWriting()
  }

  private static func close(_ end: inout Int32) {
    if end >= 0 { Glibc.close(end) }
    end = -1
  }
}

/// Tells a thread that waits in `poll` to stop.
struct StopSignal: Sendable {
  private let pipe: Pipe

  /// Ready to read once it was sent.
  var reading: Int32 { pipe.reading }

  init() throws(FileProblem) { pipe = try Pipe() }

  func send() { pipe.closeWriting() }
}

/// A thread for one piece of work that blocks.
enum OwnThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts it. No signal is delivered to it, and writing to a pipe that nobody reads ends nothing. Where no thread can be
  /// had, the caller's does the work.
  static func start(_ body: @escaping @Sendable () -> Void) {
    var (all, before, thread) = (sigset_t(), sigset_t(), pthread_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let work = Unmanaged.passRetained(Work(body))
    let result = pthread_create(
      &thread, nil,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    if result == 0 {
      pthread_detach(thread)
    } else {
      work.takeRetainedValue().body()
    }
  }
}
