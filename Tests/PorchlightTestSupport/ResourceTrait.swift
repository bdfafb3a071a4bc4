// A release build with a static standard library builds every module too, and has no library for tests.
#if canImport(Testing)
  public import Testing

  /// What a suite needs of the machine: suites that take every core run apart from suites that wait on the real clock,
  /// which would miss their limits beside them. Suites that wait on the real clock also begin only when tasks get a
  /// thread at once, or after a quarter of an hour.
  ///
  /// The wait is the suite's, so a time limit of its tests does not count it.
  public struct ResourceTrait: SuiteTrait, TestScoping {
    private static let lock = GroupLock()

    fileprivate let group: GroupLock.Group

    @concurrent public func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      try await Self.lock.withLock(as: group) {
        if group == .realTime { await Self.waitForThreads() }
        try await function()
      }
    }

    /// Returns when tasks get a thread at once.
    ///
    /// All tests of a process are begun at the same time, and those that only compute keep the threads that there are: on
    /// a busy machine a single one, for minutes. A test on sockets would get its turn behind all of them, at each step.
    private static func waitForThreads() async {
      let clock = ContinuousClock()
      let end = clock.now + patience
      var prompt = 0
      while prompt < 10, clock.now < end {
        let due = clock.now + .milliseconds(20)
        try? await clock.sleep(until: due)
        prompt = clock.now - due < lateness ? prompt + 1 : 0
      }
    }

    /// How late a task may be that gets a thread at once, on a machine that has other things to do.
    private static let lateness = Duration.milliseconds(100)
    /// Longer than all tests take that only compute.
    private static let patience = Duration.seconds(900)
  }

  extension Trait where Self == ResourceTrait {
    /// For suites that compute for seconds on every core.
    public static var usesAllCores: Self { Self(group: .allCores) }

    /// For suites that wait for sockets, terminals or files, with limits on the clock of this machine.
    public static var usesRealTime: Self { Self(group: .realTime) }
  }
#endif
