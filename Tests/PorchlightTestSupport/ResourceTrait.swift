public import Testing

/// What a suite needs of the machine: suites that take every core run apart from suites that wait on the real clock,
/// which would miss their limits beside them.
///
/// The wait is the suite's, so a time limit of its tests does not count it.
public struct ResourceTrait: SuiteTrait, TestScoping {
  private static let lock = GroupLock()

  fileprivate let group: GroupLock.Group

  @concurrent public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await Self.lock.withLock(as: group, function)
  }
}

extension Trait where Self == ResourceTrait {
  /// For suites that compute for seconds on every core.
  public static var usesAllCores: Self { Self(group: .allCores) }

  /// For suites that wait for sockets, terminals or files, with limits on the clock of this machine.
  public static var usesRealTime: Self { Self(group: .realTime) }
}
