public import MatrixWire
internal import Ports

/// What is known of one device of a person (Protocol 5.4, "Per device").
struct DevicePresence: Hashable, Sendable {
  struct Stream: Hashable, Sendable {
    /// Whether it makes its user online: any poll but one with `set_presence=offline`.
    let counts: Bool
    /// Whether it looks at presence: any poll whose filter does not block it (E7).
    let looks: Bool
  }

  var streams: [StreamID: Stream] = [:]
  /// When the last counting stream closed.
  var lastStreamEnd: Instant?
  /// When a status was last set on it, which counts as a stream that closed just then.
  var lastPut: Instant?
  /// When the last looking stream closed.
  var lastLookEnd: Instant?
  var listReadAt: Instant?
  /// Idle by its own report (E5), or by `set_presence=unavailable` where it never reported.
  var idleSince: Instant?
  /// Has reported idleness (E5): then nothing else decides it.
  var reports = false
  var type: DeviceType?
  /// The user's last act on this device; only the fallback looks at it.
  var lastAct: Instant
  /// The explicit polling switch (E6). It outlives single polls, because a long poll ends with every answer, and holds
  /// until `pollingLinger` after the last.
  var pollingSwitch: Bool?
  /// When the last stream of any kind closed; nil where none has since the switch was set.
  var lastEnd: Instant?

  init(at now: Instant) { lastAct = now }

  func isConnected(at now: Instant, _ limits: PresenceLimits) -> Bool {
    streams.values.contains(where: \.counts)
      || [lastStreamEnd, lastPut].contains { $0.map { now < $0 + limits.grace } ?? false }
  }

  /// Since when the device is idle; nil while its user is at it.
  func idleStart(at now: Instant, _ limits: PresenceLimits) -> Instant? {
    if let idleSince { return idleSince }
    guard !reports, now >= lastAct + limits.fallbackIdle else { return nil }
    return lastAct
  }

  func isPolling(at now: Instant, _ limits: PresenceLimits) -> Bool {
    if let pollingSwitch, switchEnd(limits).map({ now < $0 }) ?? true { return pollingSwitch }
    return streams.values.contains(where: \.looks)
      || lastLookEnd.map { now < $0 + limits.pollingLinger } ?? false
      || listReadAt.map { now < $0 + limits.listReadPolling } ?? false
  }

  /// Forgets a switch whose time has passed, so that the next stream begins without it.
  mutating func dropSpentSwitch(at now: Instant, _ limits: PresenceLimits) {
    if let end = switchEnd(limits), now >= end { pollingSwitch = nil }
  }

  /// When the explicit switch ceases to hold; nil while a stream is open or none has been.
  private func switchEnd(_ limits: PresenceLimits) -> Instant? {
    streams.isEmpty ? lastEnd.map { $0 + limits.pollingLinger } : nil
  }

  /// When something here changes by itself, if nothing else happens.
  func nextDeadline(after now: Instant, _ limits: PresenceLimits) -> Instant? {
    let candidates = [
      streams.values.contains(where: \.counts) ? nil : lastStreamEnd.map { $0 + limits.grace },
      lastPut.map { $0 + limits.grace },
      streams.values.contains(where: \.looks) ? nil : lastLookEnd.map { $0 + limits.pollingLinger },
      pollingSwitch == nil ? nil : switchEnd(limits),
      listReadAt.map { $0 + limits.listReadPolling },
      reports || idleSince != nil ? nil : lastAct + limits.fallbackIdle,
    ]
    return candidates.compactMap(\.self).filter { $0 > now }.min()
  }

  /// Whether the device no longer differs from one never seen, except for its sticky type.
  func isForgettable(at now: Instant, _ limits: PresenceLimits) -> Bool {
    streams.isEmpty && !isConnected(at: now, limits) && !isPolling(at: now, limits)
  }
}

/// One open poll of one device.
public struct StreamID: Hashable, Sendable {
  let number: UInt64
}

/// What a poll says about the device behind it.
public struct PollIntent: Hashable, Sendable {
  /// `online`, `unavailable` or `offline`; nil where the parameter is absent, which says nothing about idleness.
  public var setPresence: PresenceState?
  /// Whether its filter lets presence pass.
  public var looks: Bool

  public init(setPresence: PresenceState?, looks: Bool) {
    self.setPresence = setPresence
    self.looks = looks
  }
}
