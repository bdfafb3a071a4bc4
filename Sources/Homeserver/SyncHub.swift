internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Where polls wait until something concerns their person.
///
/// A parked poll is an entry here and nothing else: no task, no timer of its own. The caller that takes it out has to
/// answer it. A lock around a value and not an actor, because clients hang up synchronously.
final class SyncHub: Sendable {
  private struct Waiter: Sendable {
    let open: OpenPoll
    let after: UInt64
  }

  private typealias WaiterID = UInt64

  private struct State: Sendable {
    var waiters: [WaiterID: Waiter] = [:]
    /// Of each person, in the order of their names.
    var waiting: [UserID: [WaiterID]] = [:]
    var ids: [ObjectIdentifier: WaiterID] = [:]
    var deadlines = DeadlineQueue<WaiterID>()
    /// Left by their callers; their streams have yet to be ended.
    var gone: [OpenPoll] = []
    /// When the alarm will ring.
    var armed: Instant?
    var lastID: WaiterID = 0
    var isClosed = false

    mutating func take(_ id: WaiterID) -> OpenPoll? {
      guard let waiter = waiters.removeValue(forKey: id) else { return nil }
      let user = waiter.open.device.user
      if waiting[user]?.count == 1 {
        waiting[user] = nil
      } else if let place = place(of: id, among: waiting[user] ?? []) {
        waiting[user]?.remove(at: place)
      }
      ids[ObjectIdentifier(waiter.open.poll)] = nil
      deadlines.set(nil, for: id)
      return waiter.open
    }

    /// Names are given in order: the place is found by halves.
    private func place(of id: WaiterID, among ids: [WaiterID]) -> Int? {
      var (low, high) = (0, ids.count)
      while low < high {
        let middle = (low + high) / 2
        if ids[middle] < id { low = middle + 1 } else { high = middle }
      }
      return low < ids.count && ids[low] == id ? low : nil
    }
  }

  private let state = Mutex(State())
  private let alarm: Alarm

  init(time: any Timekeeper) { alarm = Alarm(time) }

  /// Hands over polls whose time is up, and those whose callers left, until the task is cancelled.
  func run(_ act: (_ due: [OpenPoll], _ gone: [OpenPoll]) async -> Void) async {
    await alarm.run { now in
      let (due, gone) = state.withLock { state in
        var due: [OpenPoll] = []
        while let id = state.deadlines.popDue(at: now) {
          if let open = state.take(id) { due.append(open) }
        }
        defer { state.gone = [] }
        return (due, state.gone)
      }
      if !due.isEmpty || !gone.isEmpty { await act(due, gone) }
      return state.withLock { state in
        state.armed = state.deadlines.next
        return state.armed
      }
    }
  }

  /// Lets a poll wait until a change newer than `after` concerns its person, or until `deadline`.
  ///
  /// - Returns: false where it may not wait: its caller left, or the server stops.
  func park(_ open: OpenPoll, after: UInt64, until deadline: Instant) -> Bool {
    let (isParked, isEarlier) = state.withLock { state in
      guard !state.isClosed, !open.poll.isAbandoned.load(ordering: .relaxed) else { return (false, false) }
      state.lastID += 1
      let id = state.lastID
      state.waiters[id] = Waiter(open: open, after: after)
      state.waiting[open.device.user, default: []].append(id)
      state.ids[ObjectIdentifier(open.poll)] = id
      state.deadlines.set(deadline, for: id)
      guard state.armed.map({ deadline < $0 }) ?? true else { return (true, false) }
      state.armed = deadline
      return (true, true)
    }
    if isEarlier { alarm.ring() }
    return isParked
  }

  /// Takes out polls that something new concerns.
  ///
  /// - Parameters:
  ///   - changes: what is new, and for whom.
  ///   - most: how many to take out at most.
  /// - Returns: the polls, and the changes for which there may be more.
  func publish(_ changes: StreamIndex.Changes, most: Int) -> (polls: [OpenPoll], rest: StreamIndex.Changes) {
    state.withLock { state in
      var woken: [OpenPoll] = []
      for (place, (user, version)) in changes.enumerated() {
        for id in state.waiting[user] ?? [] {
          guard let after = state.waiters[id]?.after, after < version else { continue }
          guard woken.count < most else { return (woken, Array(changes[place...])) }
          if let open = state.take(id) { woken.append(open) }
        }
      }
      return (woken, [])
    }
  }

  /// Takes out every poll of a device.
  func end(_ device: Device) -> [OpenPoll] {
    state.withLock { state in
      (state.waiting[device.user] ?? []).filter { state.waiters[$0]?.open.device == device }
        .compactMap { state.take($0) }
    }
  }

  /// The client has gone: a waiting poll is answered at once, one that has yet to be opened will not be.
  func abandon(_ poll: Poll) {
    let open = state.withLock { state in
      poll.isAbandoned.store(true, ordering: .relaxed)
      guard let id = state.ids[ObjectIdentifier(poll)], let open = state.take(id) else {
        return nil as OpenPoll?
      }
      state.gone.append(open)
      return open
    }
    guard let open else { return }
    alarm.ring()
    poll.deliver(open.farewell)
  }

  /// Takes out every poll; later ones may not wait.
  func close() -> [OpenPoll] {
    state.withLock { state in
      state.isClosed = true
      return state.waiters.keys.sorted().compactMap { state.take($0) }
    }
  }

  var isClosed: Bool { state.withLock(\.isClosed) }

  /// How many polls are waiting.
  var waitingCount: Int { state.withLock { $0.waiters.count } }
}
