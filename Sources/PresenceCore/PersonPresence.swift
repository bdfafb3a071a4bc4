public import MatrixWire
public import Ports

/// One user: a choice and a text, devices, and what follows from them (Protocol 5.4).
///
/// A value told `now`. It never announces anything itself: `PresenceRules` compares its views before and after.
public struct PersonPresence: Hashable, Sendable {
  /// What others saw at the instant of hiding, and go on seeing.
  struct Frozen: Hashable, Sendable {
    let statusMessage: String?
    let lastActive: Instant
  }

  /// What the user wants to appear as. Idleness and streams never touch it.
  public private(set) var choice: PresenceState = .online
  public private(set) var statusMessage: String?
  public private(set) var lastActive: Instant
  var devices: [DeviceID: DevicePresence] = [:]
  private var frozen: Frozen?
  /// When the person last stopped hiding.
  private(set) var lastHidden: Instant?
  /// When a status was last set on a device that was logged out since: the session of a command ends with the command.
  private var lastPut: Instant?

  /// A new person, last active now (Q23).
  init(registeredAt now: Instant) { lastActive = now }

  /// A person as they were stored.
  init(_ record: PresenceRecord, now: Moment) {
    choice = record.choice
    statusMessage = record.statusMessage
    lastHidden = record.lastHidden.map { now.instant(of: $0) }
    lastActive = now.instant(of: record.lastActive)
    // Users who hide have a frozen view, and no others, whatever a record says.
    guard choice == .hidden else { return }
    frozen = Frozen(
      statusMessage: record.frozen?.statusMessage,
      lastActive: record.frozen.map { now.instant(of: $0.lastActive) } ?? lastActive)
  }

  /// What has to be stored of this person.
  func record(of user: UserID, now: Moment) -> PresenceRecord {
    PresenceRecord(
      user: user, choice: choice, statusMessage: statusMessage, lastActive: now.wallTime(of: lastActive),
      frozen: frozen.map {
        PresenceRecord.Frozen(
          statusMessage: $0.statusMessage, lastActive: now.wallTime(of: $0.lastActive))
      }, lastHidden: lastHidden.map { now.wallTime(of: $0) })
  }

  /// The choices a person may make (Protocol 5.4).
  public static let choices: Set<PresenceState> = [
    .online, .freeForChat, .busy, .unavailable, .hidden, .offline,
  ]

  // MARK: What follows

  /// The state that devices and choice add up to: the first match of Protocol 5.4.
  public func effective(at now: Instant, _ limits: PresenceLimits) -> PresenceState {
    if choice == .hidden || choice == .offline { return .offline }
    let isPut = lastPut.map { now < $0 + limits.grace } ?? false
    var (isConnected, isIdle) = (isPut, !isPut)
    for device in devices.values where device.isConnected(at: now, limits) {
      isConnected = true
      if device.idleStart(at: now, limits) == nil { isIdle = false }
    }
    if !isConnected { return .offline }
    if choice == .unavailable || choice == .busy { return choice }
    return isIdle ? .unavailable : choice
  }

  /// What others may see.
  func publicView(at now: Instant, _ limits: PresenceLimits) -> PresenceView {
    if let frozen {
      return PresenceView(
        state: .offline, statusMessage: frozen.statusMessage, lastActive: frozen.lastActive,
        currentlyActive: false, deviceTypes: [], idleSince: nil)
    }
    let state = effective(at: now, limits)
    return PresenceView(
      state: state, statusMessage: statusMessage, lastActive: lastActive,
      currentlyActive: state.level >= PresenceState.online.level && now < lastActive + limits.activeWindow,
      deviceTypes: state == .offline ? [] : connectedTypes(at: now, limits),
      // A chosen `unavailable` is not idleness, and busy users are never shown idle.
      idleSince: state == .unavailable && choice != .unavailable ? idleSince(at: now, limits) : nil)
  }

  /// What the user's own streams see: everything, hidden or not.
  func ownView(at now: Instant, _ limits: PresenceLimits) -> PresenceView {
    ownView(beside: publicView(at: now, limits))
  }

  /// The same, where the public view is known.
  func ownView(beside publicView: PresenceView) -> PresenceView {
    var view = publicView
    view.statusMessage = statusMessage
    view.lastActive = lastActive
    if choice == .hidden { view.state = .hidden }
    view.choice = choice
    return view
  }

  private func connectedTypes(at now: Instant, _ limits: PresenceLimits) -> [DeviceType] {
    var types: [DeviceType] = []
    for device in devices.values {
      guard let type = device.type, device.isConnected(at: now, limits), !types.contains(type) else {
        continue
      }
      types.append(type)
    }
    return types.count > 1 ? types.sorted() : types
  }

  private func idleSince(at now: Instant, _ limits: PresenceLimits) -> Instant? {
    var latest: Instant?
    for device in devices.values where device.isConnected(at: now, limits) {
      guard let start = device.idleStart(at: now, limits) else { return nil }
      latest = max(latest ?? start, start)
    }
    return latest
  }

  /// Whether the person looks at their list through any device (E7).
  func isPolling(at now: Instant, _ limits: PresenceLimits) -> Bool {
    devices.values.contains { $0.isPolling(at: now, limits) }
  }

  /// When something changes by itself, if nothing else happens.
  func nextDeadline(after now: Instant, _ limits: PresenceLimits) -> Instant? {
    var next: Instant?
    func consider(_ edge: Instant) {
      if edge > now { next = min(next ?? edge, edge) }
    }
    for device in devices.values {
      if let edge = device.nextDeadline(after: now, limits) { consider(edge) }
    }
    consider(lastActive + limits.activeWindow)
    if let lastPut { consider(lastPut + limits.grace) }
    return next
  }

  // MARK: What happens

  /// The person with another choice and text, and whether choosing it counts as activity: it does only where it raises
  /// the level (Protocol 5.4).
  func choosing(
    _ update: StatusUpdate, on device: DeviceID?, at now: Instant, _ limits: PresenceLimits
  ) -> (PersonPresence, isActivity: Bool) {
    var after = self
    after.choose(update, on: device, isActivity: false, at: now)
    let promoted = update.presence.level > choice.level
    guard promoted || after.effective(at: now, limits).level > effective(at: now, limits).level else {
      return (after, false)
    }
    after.lastActive = now
    return (after, true)
  }

  /// Sets choice and text. For the grace the device counts as connected, so that a script that only ever sets a status
  /// is what it says.
  mutating func choose(_ update: StatusUpdate, on device: DeviceID?, isActivity: Bool, at now: Instant) {
    let choice = update.presence
    if self.choice == .hidden, choice != .hidden { lastHidden = now }
    if choice == .hidden {
      frozen = frozen ?? Frozen(statusMessage: statusMessage, lastActive: lastActive)
    } else {
      frozen = nil
    }
    self.choice = choice
    statusMessage = update.statusMessage
    if let device, choice.level > PresenceState.offline.level {
      devices[device, default: DevicePresence(at: now)].lastPut = now
    }
    if let device, devices[device]?.reports == false {
      devices[device]?.lastAct = now
      if choice.level > PresenceState.unavailable.level { devices[device]?.idleSince = nil }
    }
    // A poll may have come since it was decided, and be the later activity.
    if isActivity { lastActive = max(lastActive, now) }
  }

  /// Does what others may notice. While that makes no user active who was not, it counts once a minute.
  mutating func act(on device: DeviceID?, at now: Instant, _ limits: PresenceLimits) {
    if let device, devices[device]?.reports == false {
      devices[device]?.lastAct = now
      devices[device]?.idleSince = nil
    }
    let isReachable = effective(at: now, limits).level >= PresenceState.online.level
    if isReachable || now >= lastActive + limits.activeWindow { lastActive = max(lastActive, now) }
  }

  /// Runs a change of devices; a rise of the effective level counts as activity.
  mutating func changeDevices(
    at now: Instant, _ limits: PresenceLimits, _ change: (inout [DeviceID: DevicePresence]) -> Void
  ) {
    let before = effective(at: now, limits).level
    change(&devices)
    if effective(at: now, limits).level > before { lastActive = now }
  }

  /// A device was logged out.
  mutating func removeDevice(_ device: DeviceID) {
    guard let removed = devices.removeValue(forKey: device) else { return }
    if let put = removed.lastPut { lastPut = max(put, lastPut ?? put) }
  }

  /// Drops what no longer matters of disconnected devices.
  mutating func forgetDevices(at now: Instant, _ limits: PresenceLimits) {
    for (id, device) in devices where device.isForgettable(at: now, limits) {
      // The type and the habit of reporting are sticky: a device that comes back is the same device.
      devices[id]?.lastStreamEnd = nil
      devices[id]?.lastPut = nil
      devices[id]?.lastLookEnd = nil
      devices[id]?.listReadAt = nil
    }
    for id in devices.keys { devices[id]?.dropSpentSwitch(at: now, limits) }
  }
}

/// What either the user or others see, with instants rather than ages, so that it only changes when something happened.
struct PresenceView: Hashable, Sendable {
  var state: PresenceState
  @Bytewise var statusMessage: String?
  var lastActive: Instant
  var currentlyActive: Bool
  var deviceTypes: [DeviceType]
  var idleSince: Instant?
  /// Only in one's own view.
  var choice: PresenceState?

  /// Whether the difference is worth an event. While both sides count as currently active, later activity
  /// is not (Protocol 3.5): the edge is announced instead.
  func differs(from other: PresenceView) -> Bool {
    guard currentlyActive, other.currentlyActive else { return self != other }
    var aligned = other
    aligned.lastActive = lastActive
    return self != aligned
  }

  /// The view as contents of an event made at `now`.
  func content(at now: Instant) -> PresenceContent {
    PresenceContent(
      state: state,
      lastActiveAgo: max(0, (now - lastActive).wholeMilliseconds),
      currentlyActive: state.level >= PresenceState.online.level ? currentlyActive : nil,
      statusMessage: statusMessage,
      deviceTypes: deviceTypes,
      idleAgo: idleSince.map { max(0, (now - $0).wholeMilliseconds) },
      choice: choice)
  }
}
