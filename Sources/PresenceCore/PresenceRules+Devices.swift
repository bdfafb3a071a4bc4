public import MatrixWire
public import Ports

/// Devices: their polls, their reports, and the end of each.
extension PresenceRules {
  /// A poll was opened. The returned name goes to `streamEnded`.
  ///
  /// - Throws: `M_LIMIT_EXCEEDED` where the device has more polls open than any client needs.
  public mutating func streamOpened(
    of user: UserID, on device: DeviceID, _ intent: PollIntent, now: Moment
  ) throws(MatrixError) -> (StreamID, [PresenceEffect]) {
    guard people[user]?.devices[device]?.streams.count ?? 0 < limits.openPolls else {
      throw MatrixError(
        .limitExceeded, "This device has \(limits.openPolls) polls open already.", retryAfter: 1000)
    }
    lastStream += 1
    let stream = StreamID(number: lastStream)
    let instant = now.instant
    let limits = limits
    people.change(user) { person in
      person.changeDevices(at: instant, limits) { devices in
        if devices.index(forKey: device) == nil { devices[device] = DevicePresence(at: instant) }
        devices.change(device) { $0.open(stream, intent, at: instant, limits) }
      }
    }
    return (stream, reconcile(user, at: instant))
  }

  /// Whether the next poll of a client may go on with the stream of the last: it is open still, and opening another would
  /// change nothing.
  public func mayGoOn(_ stream: StreamID, of user: UserID, on device: DeviceID, _ intent: PollIntent) -> Bool
  {
    people[user]?.devices[device]?.mayGoOn(stream, intent) ?? false
  }

  /// A poll returned, for whatever reason. Unknown streams (ended by `closing` before) are ignored.
  ///
  /// - Parameters:
  ///   - stream: what `streamOpened` returned.
  ///   - user: whose it is.
  ///   - device: the device that polled.
  ///   - ended: when it returned, if it was before now.
  ///   - now: the time.
  /// - Returns: what follows for those who watch.
  public mutating func streamEnded(
    _ stream: StreamID, of user: UserID, on device: DeviceID, at ended: Instant? = nil, now: Moment
  ) -> [PresenceEffect] {
    streamsEnded(CollectionOfOne((stream: stream, device: device)), of: user, at: ended, now: now)
  }

  /// Polls of one user returned together. What follows is worked out once: it looks at each of their devices, which may
  /// be many.
  public mutating func streamsEnded(
    _ ended: some Collection<(stream: StreamID, device: DeviceID)>, of user: UserID, at end: Instant? = nil,
    now: Moment
  ) -> [PresenceEffect] {
    let (instant, end) = (now.instant, end ?? now.instant)
    var isKnown = false
    let limits = limits
    people.change(user) { person in
      person.changeDevices(at: instant, limits) { devices in
        for (stream, device) in ended where devices.change(device, { $0.end(stream, at: end) }) == true {
          isKnown = true
        }
      }
    }
    return isKnown ? reconcile(user, at: instant) : []
  }

  /// A device's own report (E5).
  public mutating func report(
    of user: UserID, on device: DeviceID, _ report: DeviceReport, now: Moment
  ) -> [PresenceEffect] {
    let instant = now.instant
    people[user]?.changeDevices(at: instant, limits) { devices in
      var state = devices[device] ?? DevicePresence(at: instant)
      switch report.idleness {
      case .unstated: break
      case .since(let milliseconds):
        state.reports = true
        state.idleSince = instant - .milliseconds(milliseconds)
      case .active:
        state.reports = true
        state.idleSince = nil
      }
      if let type = report.deviceType { state.type = type }
      if report.closing {
        state.streams = []
        state.lastStreamEnd = nil
        state.lastPut = nil
        state.lastLookEnd = nil
        state.listReadAt = nil
        state.pollingSwitch = nil
        // A client that is started again has its user at it.
        state.idleSince = nil
      }
      devices[device] = state
    }
    let effects = reconcile(user, at: instant)
    return report.closing ? effects + [.endStreams(user, device)] : effects
  }

  /// The explicit polling switch (E6).
  public mutating func setPolling(
    _ polling: Bool, of user: UserID, on device: DeviceID, now: Moment
  ) -> [PresenceEffect] {
    changeDevice(device, of: user, at: now.instant) {
      $0.pollingSwitch = polling
      $0.lastEnd = nil
    }
  }

  /// The list was read, which counts as looking for a while (E7).
  public mutating func listWasRead(
    by user: UserID, on device: DeviceID, now: Moment
  ) -> [PresenceEffect] {
    changeDevice(device, of: user, at: now.instant) { $0.listReadAt = now.instant }
  }

  /// A device was logged out.
  public mutating func removeDevice(
    _ device: DeviceID, of user: UserID, now: Moment
  ) -> [PresenceEffect] {
    people[user]?.removeDevice(device)
    return reconcile(user, at: now.instant) + [.endStreams(user, device)]
  }

  private mutating func changeDevice(
    _ device: DeviceID, of user: UserID, at now: Instant, _ change: (inout DevicePresence) -> Void
  ) -> [PresenceEffect] {
    people[user]?.changeDevices(at: now, limits) { devices in
      var state = devices[device] ?? DevicePresence(at: now)
      change(&state)
      devices[device] = state
    }
    return reconcile(user, at: now)
  }
}
