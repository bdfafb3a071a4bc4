internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// When something on the screen changes by itself, or is to be done by itself; nil if nothing ever.
  ///
  /// Only what is visible counts, so a quiet screen sleeps as long as its youngest label lasts.
  func nextTick(after now: Moment) -> Instant? {
    var due: [Instant] = []
    due += ages(now)
    due += highlights.values
    if let quitArmedUntil { due.append(quitArmedUntil) }
    if let noticeUntil { due.append(noticeUntil) }
    if let delayedPress { due.append(delayedPress.until) }
    if let deadline = idle.deadline { due.append(idleTick(deadline, now.instant)) }
    if case .interrupted(_, let retryAt) = connection, retryAt > now.instant {
      due.append(Self.nextSecond(before: retryAt, after: now.instant))
    }
    if arrangement.moved > 0, mode.isList, let lastKey { due.append(lastKey + UITiming.afterKey) }
    return due.min()
  }

  /// Whole seconds until then, as a countdown says them: never 0 before it is over.
  static func seconds(until deadline: Instant, from now: Instant) -> Int64 {
    let left = deadline - now
    guard left > .zero else { return 0 }
    return left.components.seconds + (left.components.attoseconds > 0 ? 1 : 0)
  }

  /// How many seconds the user has left before being idle, once it is worth saying.
  func idleCountdown(at now: Instant) -> Int64? {
    guard let deadline = idle.deadline, own.current(roster.own).presence.isLoweredByIdle else { return nil }
    guard deadline > now, deadline - now <= idle.countdownSpan else { return nil }
    return Self.seconds(until: deadline, from: now)
  }

  private func idleTick(_ deadline: Instant, _ now: Instant) -> Instant {
    guard own.current(roster.own).presence.isLoweredByIdle else { return deadline }
    let start = deadline - idle.countdownSpan
    return now < start ? start : Self.nextSecond(before: deadline, after: now)
  }

  private static func nextSecond(before deadline: Instant, after now: Instant) -> Instant {
    max(now, deadline - .seconds(max(0, seconds(until: deadline, from: now) - 1)))
  }

  private func ages(_ now: Moment) -> [Instant] {
    let plan = plan
    guard plan.shape == .full else { return [] }
    return lines.window(near: scroll, height: plan.list.rows).compactMap { line in
      guard case .row(let row) = line else { return nil }
      return roster.person(row)?.nextActivityChange(after: now, lastHeard: lastHeardIfLost)
    }
  }
}

extension IdleMonitor {
  /// How long before idleness begins it is counted down.
  fileprivate var countdownSpan: Duration { min(UITiming.longestCountdown, (limit ?? .zero) / 2) }
}
