internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// The user of this roster: what they chose, whether they are idle, and what the roster before could not send.
///
/// What the server last said of them is the roster's, and passed in as `echo`.
struct OwnModel: Sendable {
  var status = OwnStatus()
  private(set) var idle: IdleMonitor
  /// What the roster before could not send, until the server has told the present state.
  var kept: UnsentStatus?
  var name = OwnName()

  init(_ options: AppOptions, at now: Instant) {
    kept = options.unsentStatus
    idle = IdleMonitor(limit: options.idleAfter, now: now)
  }

  /// What oneself is seen as: `idle` is timed, `away` chosen. Nil until the server has said anything. Without a
  /// connection it is what others will see again.
  func displayState(_ echo: OwnPresence) -> DisplayState? {
    guard echo.state != .unknown || status.wanted != nil else { return nil }
    let choice = status.current(echo).presence
    return idle.isIdle && choice.isLoweredByIdle ? .idle : DisplayState(chosen: choice)
  }

  /// What is to be kept for the next start, if the roster ends now and the last try fails.
  func unsent(_ echo: OwnPresence) -> UnsentStatus? {
    guard let wanted = status.unsent else { return kept }
    return UnsentStatus(wanted: wanted, before: StatusUpdate(echo))
  }
}

// MARK: Idleness

extension OwnModel {
  /// The user is there.
  mutating func wasActive(at now: Instant) -> [Intent] {
    idle.activity(at: now) == nil ? [] : [.reportIdle(since: nil)]
  }

  /// Lets idleness begin.
  mutating func passTime(to now: Instant) -> [Intent] {
    guard case .began(let since) = idle.expire(now: now) else { return [] }
    return [.reportIdle(since: since)]
  }

  /// What a server that came back may not know any more: one that crashed has forgotten what devices said of late.
  func reportAgain() -> [Intent] {
    if let since = idle.idleSince { return [.reportIdle(since: since)] }
    // Without a word from this device the server would take it for idle after a while.
    return idle.limit == nil ? [.reportIdle(since: nil)] : []
  }

  /// How many seconds the user has left before being idle, once it is worth saying.
  func idleCountdown(_ echo: OwnPresence, at now: Instant) -> Int64? {
    guard let deadline = idle.deadline, status.current(echo).presence.isLoweredByIdle else { return nil }
    guard deadline > now, deadline - now <= countdownSpan else { return nil }
    return Countdown.seconds(until: deadline, from: now)
  }

  /// When the countdown changes, or idleness begins; nil while it lasts.
  func nextTick(_ echo: OwnPresence, after now: Instant) -> Instant? {
    guard let deadline = idle.deadline else { return nil }
    guard status.current(echo).presence.isLoweredByIdle else { return deadline }
    let start = deadline - countdownSpan
    return now < start ? start : Countdown.nextSecond(before: deadline, after: now)
  }

  /// How long before idleness begins it is counted down.
  private var countdownSpan: Duration { min(UITiming.longestCountdown, (idle.limit ?? .zero) / 2) }
}

extension PresenceState {
  /// Idleness lowers only these two choices; any other already says that the user is not available.
  fileprivate var isLoweredByIdle: Bool { self == .online || self == .freeForChat }
}

// MARK: What became of it

extension OwnModel {
  /// Handles what became of a status; the echo settles it, not the server's consent, unless that is the echo.
  ///
  /// - Parameters:
  ///   - outcome: what became of it.
  ///   - isSettled: whether a status is settled that the server took.
  /// - Returns: what to tell the user, if anything. That the session is over is the caller's to say.
  mutating func handle(_ outcome: PresencePublisher.Outcome, isSettled: Bool = false) -> Notice? {
    switch outcome {
    case .published(let update):
      status.published(update, isSettled: isSettled)
      return nil
    case .refused(let update, let error):
      guard status.refused(update) else { return nil }
      return Notice("status not changed: " + SafeText(untrusted: error.message), .error)
    case .delayed(let update, let error):
      guard status.delayed(update, because: error.message) else { return nil }
      return Notice("status not sent yet, trying again: " + SafeText(untrusted: error.message), .warning)
    case .loggedOut: return nil
    }
  }

  /// Sends what the roster before could not, once the server has told the present state.
  ///
  /// - Returns: what to send and what to tell the user; nil where there is nothing to send any more.
  mutating func sendKept(_ echo: OwnPresence) -> (intents: [Intent], notice: Notice)? {
    guard echo.state != .unknown, let kept else { return nil }
    self.kept = nil
    let now = StatusUpdate(echo)
    guard status.wanted == nil, now != kept.wanted else { return nil }
    let words = SafeText(untrusted: kept.words)
    guard now == kept.before else {
      return ([], Notice("not sent, as you have changed your status since: " + words, .warning))
    }
    guard let update = status.want(kept.wanted.presence, text: kept.wanted.statusMessage, echo: echo) else {
      return nil
    }
    return ([.publish(update)], Notice("sending what you chose last time: " + words))
  }
}
