internal import Ports
internal import Synchronization

/// A whole system in one thread on virtual time: an hour of timers takes milliseconds, and the same inputs
/// give the same run.
public final class Simulation {
  public let time = VirtualTime()
  private let executor = StepExecutor()
  private var tasks: [Task<Void, Never>] = []

  public init() {}

  deinit {
    for task in tasks { task.cancel() }
    executor.drain()
  }

  /// Starts something that goes on until it ends by itself or `stop` is called.
  @discardableResult
  public func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    let task = Task(executorPreference: executor) { await body() }
    tasks.append(task)
    executor.drain()
    return task
  }

  /// Ends something and everything under it.
  public func stop(_ task: Task<Void, Never>) {
    task.cancel()
    executor.drain()
  }

  /// Runs everything that can run now.
  public func drain() { executor.drain() }

  /// Lets time pass, waking everybody in order.
  public func advance(by span: Duration) {
    let end = time.instant + span
    executor.drain()
    while let next = time.nextDeadline, next <= end {
      time.move(to: next)
      executor.drain()
    }
    time.move(to: end)
    executor.drain()
  }

  /// Runs something to its end, letting at most `patience` pass.
  ///
  /// - Throws: what `body` throws, or `Unfinished` where it does not end.
  public func run<Value: Sendable>(
    patience: Duration = .seconds(60), _ body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let result = Box<Result<Value, any Error>>()
    let task = start {
      do { result.set(.success(try await body())) } catch { result.set(.failure(error)) }
    }
    let end = time.instant + patience
    while result.value == nil, let next = time.nextDeadline, next <= end {
      time.move(to: next)
      executor.drain()
    }
    guard let outcome = result.value else {
      stop(task)
      throw Unfinished()
    }
    return try outcome.get()
  }

  /// What was run did not end in the time it was given.
  public struct Unfinished: Error {}
}

/// A value set on one side and read on the other.
public final class Box<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)

  public init() {}

  public var value: Value? { stored.withLock { $0 } }

  public func set(_ value: Value) { stored.withLock { $0 = value } }
}
