public import MatrixWire
internal import Ports

/// What is known of one device of a person (Protocol 5.4, "Per device").
struct DevicePresence: Hashable, Sendable {
  struct Stream: Hashable, Sendable {
    let id: StreamID
    /// Whether it makes its user online: any poll but one with `set_presence=offline`.
    let counts: Bool
    /// Whether it looks at presence: any poll whose filter does not block it (E7).
    let looks: Bool
  }

  /// In the order they were opened: hardly ever more than one or two.
  var streams: [Stream] = []
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

  /// A poll was opened on it.
  mutating func open(_ stream: StreamID, _ intent: PollIntent, at now: Instant, _ limits: PresenceLimits) {
    let counts = intent.counts
    // Connecting is an act; every further poll is not.
    if counts, !isConnected(at: now, limits) { lastAct = now }
    dropSpentSwitch(at: now, limits)
    streams.append(Stream(id: stream, counts: counts, looks: intent.looks))
    guard !reports else { return }
    if intent.setPresence == .unavailable { idleSince = idleStart(at: now, limits) ?? now }
    if intent.setPresence == .online, idleSince != nil {
      // Taking `unavailable` back says that the user is there; the fallback must not outvote it.
      idleSince = nil
      lastAct = now
    }
  }

  /// Whether a poll may go on with a stream: it is open, and the poll says nothing of the device that it is not.
  func mayGoOn(_ stream: StreamID, _ intent: PollIntent) -> Bool {
    guard streams.contains(Stream(id: stream, counts: intent.counts, looks: intent.looks)) else {
      return false
    }
    switch intent.setPresence {
    case .unavailable where !reports: return idleSince != nil
    case .online where !reports: return idleSince == nil
    default: return true
    }
  }

  /// A poll returned.
  ///
  /// - Returns: whether it was open here.
  mutating func end(_ stream: StreamID, at instant: Instant) -> Bool {
    guard let place = streams.firstIndex(where: { $0.id == stream }) else { return false }
    // In place: the next poll finds room.
    let ended = streams.remove(at: place)
    func later(_ other: Instant?) -> Instant { max(other ?? instant, instant) }
    if ended.counts { lastStreamEnd = later(lastStreamEnd) }
    if ended.looks { lastLookEnd = later(lastLookEnd) }
    lastEnd = later(lastEnd)
    return true
  }

  func isConnected(at now: Instant, _ limits: PresenceLimits) -> Bool {
    func isRecent(_ instant: Instant?) -> Bool { instant.map { now < $0 + limits.grace } ?? false }
    return streams.contains(where: \.counts) || isRecent(lastStreamEnd) || isRecent(lastPut)
  }

  /// Since when the device is idle; nil while its user is at it.
  func idleStart(at now: Instant, _ limits: PresenceLimits) -> Instant? {
    if let idleSince { return idleSince }
    guard !reports, now >= lastAct + limits.fallbackIdle else { return nil }
    return lastAct
  }

  func isPolling(at now: Instant, _ limits: PresenceLimits) -> Bool {
    if let pollingSwitch, switchEnd(limits).map({ now < $0 }) ?? true { return pollingSwitch }
    return streams.contains(where: \.looks)
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
    var next: Instant?
    func consider(_ start: Instant?, _ span: Duration) {
      guard let end = start.map({ $0 + span }), end > now else { return }
      next = min(next ?? end, end)
    }
    if !streams.contains(where: \.counts) { consider(lastStreamEnd, limits.grace) }
    consider(lastPut, limits.grace)
    if !streams.contains(where: \.looks) { consider(lastLookEnd, limits.pollingLinger) }
    if pollingSwitch != nil { consider(switchEnd(limits), .zero) }
    consider(listReadAt, limits.listReadPolling)
    if !reports, idleSince == nil { consider(lastAct, limits.fallbackIdle) }
    return next
  }

  /// Whether the device no longer differs from one never seen, except for its sticky type.
  func isForgettable(at now: Instant, _ limits: PresenceLimits) -> Bool {
    streams.isEmpty && !isConnected(at: now, limits) && !isPolling(at: now, limits)
  }
}

/// One open poll of one device.
public struct StreamID: Hashable, Sendable {
  /// At least 1, and given once in the life of a server.
  package let number: UInt64

  package init(number: UInt64) { self.number = number }
}

/// What a poll says about the device behind it.
public struct PollIntent: Hashable, Sendable {
  /// `online`, `unavailable` or `offline`; nil where the parameter is absent, which says nothing about idleness.
  public var setPresence: PresenceState?
  /// Whether its filter lets presence pass.
  public var looks: Bool

  /// Whether it makes its user online.
  var counts: Bool { setPresence != .offline }

  public init(setPresence: PresenceState?, looks: Bool) {
    self.setPresence = setPresence
    self.looks = looks
  }
}
