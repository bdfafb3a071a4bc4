internal import DequeModule
internal import Synchronization

/// A task executor that queues jobs and runs them on the thread of the test, one after the other.
///
/// Tasks started with it as their preference, their children and the default actors they enter all run here,
/// so a whole system runs in a known order. The idea is swift-nio's `ManualTaskExecutor`.
final class StepExecutor: TaskExecutor {
  private let jobs = Mutex(Deque<UnownedJob>())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  /// Runs until nothing can go on without time or input.
  func drain() {
    while let job = jobs.withLock({ $0.popFirst() }) {
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
