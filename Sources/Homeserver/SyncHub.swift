internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Where polls wait until something concerns their person.
///
/// Per person one number: the version of the last change that concerns them. A poll that has seen less returns
/// at once, the others wait; nobody queues anything for anybody. A lock around a value and not an actor,
/// because cancellation and shutdown are synchronous and have to resume waiters on the spot.
final class SyncHub: Sendable {
  /// Why a wait is over.
  enum Wake: Hashable, Sendable {
    case changed
    case timedOut
    /// The stream is over: closed by its device, by whoever asked, or by the server's end.
    case ended
  }

  private struct Waiter: Sendable {
    let device: Device
    let after: UInt64
    let continuation: CheckedContinuation<Wake, Never>
  }

  private typealias WaiterID = UInt64

  private struct State: Sendable {
    var marks: [UserID: UInt64] = [:]
    var waiters: [WaiterID: Waiter] = [:]
    var waiting: [UserID: Set<WaiterID>] = [:]
    var deadlines = DeadlineQueue<WaiterID>()
    var lastAnswers: [Device: Instant] = [:]
    /// How often the streams of a device were ended: a poll from before does not come to wait any more.
    var endings: [Device: UInt64] = [:]
    /// Cancelled before they came to wait.
    var cancelled: Set<WaiterID> = []
    var lastID: WaiterID = 0
    var isClosed = false

    mutating func take(_ id: WaiterID) -> Waiter? {
      guard let waiter = waiters.removeValue(forKey: id) else { return nil }
      waiting[waiter.device.user]?.remove(id)
      if waiting[waiter.device.user]?.isEmpty == true { waiting[waiter.device.user] = nil }
      deadlines.set(nil, for: id)
      return waiter
    }
  }

  private let state = Mutex(State())
  private let time: any Timekeeper
  private let alarm: Alarm

  init(time: any Timekeeper) {
    self.time = time
    alarm = Alarm(time)
  }

  /// Times polls out until the task is cancelled.
  func run() async {
    await alarm.run { now in
      let (due, next) = state.withLock { state in
        var due: [Waiter] = []
        while let id = state.deadlines.popDue(at: now) {
          if let waiter = state.take(id) { due.append(waiter) }
        }
        return (due, state.deadlines.next)
      }
      for waiter in due { waiter.continuation.resume(returning: .timedOut) }
      return next
    }
  }

  /// Something changed that concerns these people.
  func publish(_ changes: [(user: UserID, version: UInt64)]) {
    let woken = state.withLock { state in
      var woken: [Waiter] = []
      for (user, version) in changes {
        state.marks[user] = version
        for id in (state.waiting[user] ?? []).sorted() {
          guard let after = state.waiters[id]?.after, after < version else { continue }
          if let waiter = state.take(id) { woken.append(waiter) }
        }
      }
      return woken
    }
    for waiter in woken { waiter.continuation.resume(returning: .changed) }
  }

  /// Waits until a change newer than `after` concerns the device's person, or until `deadline`; not at all
  /// where the device's streams were ended since `ending` was read.
  func wait(
    for device: Device, since ending: UInt64, after: UInt64, until deadline: Instant
  ) async -> Wake {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let wake = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waiter = Waiter(device: device, after: after, continuation: continuation)
        let immediate: Wake? = state.withLock { state in
          if state.isClosed || state.cancelled.contains(id) { return .ended }
          if state.endings[device] ?? 0 != ending { return .ended }
          if state.marks[device.user] ?? 0 > after { return .changed }
          state.waiters[id] = waiter
          state.waiting[device.user, default: []].insert(id)
          state.deadlines.set(deadline, for: id)
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) } else { alarm.ring() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let waiter = state.take(id)
        if waiter == nil { state.cancelled.insert(id) }
        return waiter
      }
      waiter?.continuation.resume(returning: .ended)
    }
    state.withLock { _ = $0.cancelled.remove(id) }
    return wake
  }

  /// Every waiting poll of a device returns.
  func end(_ device: Device) {
    let ended = state.withLock { state in
      state.lastAnswers[device] = nil
      state.endings[device, default: 0] += 1
      return (state.waiting[device.user] ?? []).sorted()
        .filter { state.waiters[$0]?.device == device }.compactMap { state.take($0) }
    }
    for waiter in ended { waiter.continuation.resume(returning: .ended) }
  }

  /// Every waiting poll returns, and later ones do not wait.
  func close() {
    let ended = state.withLock { state in
      state.isClosed = true
      return state.waiters.keys.sorted().compactMap { state.take($0) }
    }
    for waiter in ended { waiter.continuation.resume(returning: .ended) }
  }

  /// How often the streams of a device were ended.
  func endings(of device: Device) -> UInt64 { state.withLock { $0.endings[device] ?? 0 } }

  /// When a device was last told something.
  func lastAnswer(to device: Device) -> Instant? { state.withLock { $0.lastAnswers[device] } }

  /// A device is being told something now.
  func answered(_ device: Device) {
    let now = time.instant
    state.withLock { $0.lastAnswers[device] = now }
  }

  var isClosed: Bool { state.withLock(\.isClosed) }

  /// How many polls are waiting.
  var waitingCount: Int { state.withLock { $0.waiters.count } }
}
