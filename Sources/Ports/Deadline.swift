/// Runs `body`, and cancels it where it takes longer than `span`.
///
/// - Returns: what it returned, or nil where the time was over first.
/// - Throws: what it throws, and `CancellationError` where the caller is cancelled.
public func withDeadline<Value: Sendable>(
  _ span: Duration, on time: any Timekeeper, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
  let deadline = time.instant + span
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await time.sleep(until: deadline)
      return nil
    }
    defer { group.cancelAll() }
    return try await group.next() ?? nil
  }
}
