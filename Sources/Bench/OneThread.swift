internal import Glibc
internal import NIOCore
internal import NIOPosix

/// One thread for everything, as an event loop has it, with its processor time for a clock: what else the machine does
/// costs nothing here.
final class OneThread: TaskExecutor {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let loop: any EventLoop

  init() { loop = group.next() }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Processor time of the calling thread, in milliseconds.
  static var used: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
