/// Where a roster comes from, and where what its user wants goes: one way of a server to keep contacts.
public protocol RosterSource: Sendable {
  /// Whose roster it is, and the connections and the clock that it uses.
  var session: Session { get }

  /// Hears of the roster from the beginning: one complete update, then what changes. Failures are steps too.
  ///
  /// - Parameter deliver: called in order, from one task.
  /// - Throws: when the session is over. Returns when the task is cancelled.
  func run(_ deliver: @escaping @Sendable (RosterStep) -> Void) async throws(SDKError)

  /// Does what the user wants. What comes of it is heard as an update like any other.
  ///
  /// - Throws: `refused`, `rateLimited`, `unreachable` or `loggedOut`; it is not tried again.
  func perform(_ request: RosterRequest) async throws(SDKError)
}
