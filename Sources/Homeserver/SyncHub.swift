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
    /// Counts the polls that ever waited.
    let number: UInt64
    /// The polls of the same person that came to wait before and after it.
    var previous: Int?
    var next: Int?
  }

  /// Polls that wait are in slots, and those of a person are linked in the order in which they came.
  private struct State: Sendable {
    var waiters: [Waiter?] = []
    var free: [Int] = []
    /// Of each person the poll that came first, and the one that came last.
    var waiting: [UserID: (first: Int, last: Int)] = [:]
    var deadlines = DeadlineQueue<Int>()
    /// Left by their callers; their streams have yet to be ended.
    var gone: [OpenPoll] = []
    /// To be opened together, in the order in which they came.
    var postponed: [Poll] = []
    /// Since when there have been some, and when they are looked at next.
    var (postponedSince, opening) = (Instant.origin, Instant?.none)
    /// When the alarm will ring.
    var armed: Instant?
    var lastNumber: UInt64 = 0
    var isClosed = false

    var count: Int { waiters.count - free.count }

    mutating func park(_ open: OpenPoll, after: UInt64, until deadline: Instant) {
      lastNumber += 1
      let slot = free.popLast() ?? waiters.count
      if slot == waiters.count { waiters.append(nil) }
      let (user, last) = (open.device.user, waiting[open.device.user]?.last)
      waiters[slot] = Waiter(open: open, after: after, number: lastNumber, previous: last)
      if let last { waiters[last]?.next = slot }
      waiting[user, default: (slot, slot)].last = slot
      open.poll.slot.store(slot, ordering: .relaxed)
      deadlines.set(deadline, for: slot)
    }

    mutating func take(_ slot: Int) -> OpenPoll? {
      guard waiters.indices.contains(slot), let waiter = waiters[slot].take() else { return nil }
      free.append(slot)
      let user = waiter.open.device.user
      waiter.open.poll.slot.store(Poll.noSlot, ordering: .relaxed)
      deadlines.set(nil, for: slot)
      if let previous = waiter.previous { waiters[previous]?.next = waiter.next }
      if let next = waiter.next { waiters[next]?.previous = waiter.previous }
      if waiter.previous == nil, waiter.next == nil {
        waiting[user] = nil
      } else {
        if let next = waiter.next, waiter.previous == nil { waiting[user]?.first = next }
        if let previous = waiter.previous, waiter.next == nil { waiting[user]?.last = previous }
      }
      // What a crowd left behind is not kept.
      if free.count == waiters.count, free.count > 64 { (waiters, free) = ([], []) }
      return waiter.open
    }

    /// The slots of a person's polls, the one that came first at the beginning.
    func slots(of user: UserID) -> [Int] {
      Array(
        sequence(state: waiting[user]?.first) { next in
          defer { next = next.flatMap { waiters[$0]?.next } }
          return next
        })
    }
  }

  private let state = Mutex(State())
  private let alarm: Alarm
  private let telling = Atomic(false)

  init(time: any Timekeeper) { alarm = Alarm(time) }

  /// Hands over polls whose time is up, and those whose callers left, until the task is cancelled. Called too where
  /// there are postponed polls, which `takePostponed` hands over.
  func run(_ act: (_ due: [OpenPoll], _ gone: [OpenPoll]) async -> Void) async {
    await alarm.run { now in
      let (due, gone, opens) = state.withLock { state in
        var due: [OpenPoll] = []
        while let slot = state.deadlines.popDue(at: now) {
          if let open = state.take(slot) { due.append(open) }
        }
        defer { state.gone = [] }
        return (due, state.gone, state.opening.map { $0 <= now } ?? false)
      }
      if opens || !due.isEmpty || !gone.isEmpty { await act(due, gone) }
      return state.withLock { state in
        state.armed = [state.deadlines.next, state.opening].compactMap { $0 }.min()
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
      state.park(open, after: after, until: deadline)
      guard state.armed.map({ deadline < $0 }) ?? true else { return (true, false) }
      state.armed = deadline
      return (true, true)
    }
    if isEarlier { alarm.ring() }
    return isParked
  }

  /// Whether a change concerns more polls that wait than were taken out for it at once.
  var isTelling: Bool {
    get { telling.load(ordering: .relaxed) }
    set { telling.store(newValue, ordering: .relaxed) }
  }

  // MARK: Postponed

  /// How long polls are postponed, so that many are opened at once.
  private static let together = Duration.milliseconds(5)
  /// How long they are while others are told of a change.
  private static let patience = Duration.milliseconds(250)

  /// Takes in a poll of a client that was answered a moment ago: there is hardly anything new for it. It is opened with
  /// others that come soon, and after those who have yet to be told of the change it was told of.
  ///
  /// - Returns: false where the server stops, and nothing is taken in.
  func postpone(_ poll: Poll, now: Instant) -> Bool {
    let (isTaken, isEarlier) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.postponed.append(poll)
      guard state.postponed.count == 1 else { return (true, false) }
      state.postponedSince = now
      let opening = now + Self.together
      state.opening = opening
      guard state.armed.map({ opening < $0 }) ?? true else { return (true, false) }
      state.armed = opening
      return (true, true)
    }
    if isEarlier { alarm.ring() }
    return isTaken
  }

  /// Takes out postponed polls, to be opened now; of many a part, and the others soon.
  ///
  /// - Parameters:
  ///   - now: the time.
  ///   - othersWait: whether others have yet to be told of a change. Then none is taken before there have
  ///     been some for a while.
  /// - Returns: the polls, in the order in which they came.
  func takePostponed(now: Instant, othersWait: Bool) -> [Poll] {
    state.withLock { state in
      guard !othersWait || state.postponedSince + Self.patience <= now else {
        state.opening = state.postponed.isEmpty ? nil : now + Self.together
        return []
      }
      let taken = Array(state.postponed.prefix(Self.openedAtOnce))
      if taken.count < state.postponed.count {
        state.postponed.removeFirst(taken.count)
      } else {
        // What a crowd left behind is not kept.
        state.postponed.removeAll(keepingCapacity: state.postponed.capacity <= 512)
      }
      state.opening = state.postponed.isEmpty ? nil : now
      return taken
    }
  }

  private static let openedAtOnce = SyncService.workInOneTurn

  /// Takes out the postponed polls of a device.
  func takePostponed(of device: Device) -> [Poll] {
    state.withLock { state in
      let taken = state.postponed.filter { $0.device == device }
      if !taken.isEmpty { state.postponed.removeAll { $0.device == device } }
      return taken
    }
  }

  /// Takes out every postponed poll.
  func takeAllPostponed() -> [Poll] {
    state.withLock { state in
      defer { state.postponed = [] }
      return state.postponed
    }
  }

  // MARK: What ends a wait

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
        var next = state.waiting[user]?.first
        while let slot = next, let waiter = state.waiters[slot] {
          next = waiter.next
          guard waiter.after < version else { continue }
          guard woken.count < most else { return (woken, Array(changes[place...])) }
          if let open = state.take(slot) { woken.append(open) }
        }
      }
      return (woken, [])
    }
  }

  /// Takes out every poll of a device.
  func end(_ device: Device) -> [OpenPoll] {
    state.withLock { state in
      state.slots(of: device.user).filter { state.waiters[$0]?.open.device == device }
        .compactMap { state.take($0) }
    }
  }

  /// The client has gone: a waiting poll is answered at once, one that has yet to be opened will not be.
  func abandon(_ poll: Poll) {
    let open = state.withLock { state in
      poll.isAbandoned.store(true, ordering: .relaxed)
      guard let open = state.take(poll.slot.load(ordering: .relaxed)) else { return nil as OpenPoll? }
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
      let inOrder = state.waiters.indices.compactMap { slot in state.waiters[slot].map { (slot, $0.number) } }
        .sorted { $0.1 < $1.1 }
      return inOrder.compactMap { state.take($0.0) }
    }
  }

  var isClosed: Bool { state.withLock(\.isClosed) }

  /// How many polls are waiting.
  var waitingCount: Int { state.withLock(\.count) }
}
