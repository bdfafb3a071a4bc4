internal import MatrixWire

/// What a loop of polls says of the device.
enum PolledPresence: Sendable {
  case fixed(PresenceState)
  case changing(PollPresence)

  /// What the next poll says.
  var current: PresenceState {
    switch self {
    case .fixed(let presence): presence
    case .changing(let presence): presence.current
    }
  }
}
