public import MatrixWire

/// Where a roster comes from, and where what its user wants goes: one way of a server to keep contacts.
public protocol RosterSource: Sendable {
  /// Whose roster it is, and the connections and the clock that it uses.
  var session: Session { get }

  /// What is special about it.
  var traits: RosterTraits { get }

  /// Hears of the roster from the beginning: one complete update, then what changes. Failures are steps too.
  ///
  /// - Parameter deliver: called in order, one call at a time. Nothing more is asked of the server until it has returned.
  /// - Throws: when the session is over. Returns when the task is cancelled.
  func run(_ deliver: @escaping @Sendable (RosterStep) async -> Void) async throws(SDKError)

  /// Does what the user wants. What comes of it is heard as an update like any other.
  ///
  /// - Throws: `refused`, `rateLimited`, `unreachable` or `loggedOut`; it is not tried again.
  func perform(_ request: RosterRequest) async throws(SDKError)

  /// Says good-bye, after `run` has ended: others see the user go now rather than some time later.
  ///
  /// - Parameters:
  ///   - status: what was chosen last and is not known to have arrived.
  ///   - patience: how long all that may take.
  /// - Returns: what the server made of it.
  func leave(saying status: StatusUpdate?, patience: Duration) async -> RosterFarewell
}

extension Session {
  /// The roster as the server keeps it: by presence lists where it has some, by direct rooms elsewhere.
  ///
  /// - Parameters:
  ///   - capabilities: what the server can do; nil has the source ask, as often as it takes (`RosterStep.settled`).
  ///   - deviceType: told with each report of idleness, to servers that take such reports.
  ///   - isReading: whether the roster is only looked at, which makes its user no more present than they are.
  ///   - wait: how long the server may hold a poll with nothing to say; nil for what suits the server.
  ///   - seed: for the jitter of the back-off.
  /// - Returns: the source.
  public func rosterSource(
    _ capabilities: ServerCapabilities?, deviceType: DeviceType? = nil, isReading: Bool = false,
    wait: Duration? = nil, seed: UInt64
  ) -> any RosterSource {
    guard let capabilities else {
      return DeferredRosterSource(self, seed: seed) { capabilities in
        rosterSource(capabilities, deviceType: deviceType, isReading: isReading, wait: wait, seed: seed)
      }
    }
    if capabilities.hasPresenceLists {
      return ListRosterSource(
        self, deviceType: deviceType, isReading: isReading, wait: wait ?? .seconds(30), seed: seed)
    }
    return RoomRosterSource(
      self, capabilities, isReading: isReading, wait: wait ?? RoomRosterSource.longestWait, seed: seed)
  }
}
