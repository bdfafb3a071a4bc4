public import MatrixWire
public import Ports
internal import Synchronization

/// Tells the server the own choice, text and idleness: each in order, coalesced, and until it is known.
///
/// `run()` does the work; `publish` and `reportIdle` return at once. Status and idleness go their own ways,
/// so that a refused text never holds up the end of idleness; where both are due, idleness goes first, because a status says
/// of who is idle that they are.
public final class PresencePublisher: Sendable {
  public enum Outcome: Hashable, Sendable {
    case published(StatusUpdate)
    /// Given up: the server will not have it.
    case refused(StatusUpdate, SDKError)
    /// Not yet; it is tried again.
    case delayed(StatusUpdate, SDKError)
    /// The session is over.
    case loggedOut(SDKError)
  }

  private struct State: Sendable {
    var status: Outbox<StatusUpdate>
    /// Since when the keyboard is idle; nil inside means that the user is there.
    var idleness: Outbox<Idleness>
    var random: SeededGenerator
  }

  private struct Idleness: Hashable, Sendable {
    var since: Instant?
  }

  private let source: any RosterSource
  private let spacing: Duration?
  private let state: Mutex<State>
  private let alarm: Alarm

  /// - Parameters:
  ///   - source: what tells the server.
  ///   - spacing: the least span between two status changes; a Synapse wants 10 s, our own server none. Nil is what the source
  ///     says at each.
  ///   - seed: for the jitter of the back-off.
  public init(source: any RosterSource, spacing: Duration? = nil, seed: UInt64) {
    self.source = source
    self.spacing = spacing
    let now = source.session.time.instant
    state = Mutex(
      State(
        status: Outbox(spacing: spacing ?? source.traits.statusSpacing, now: now),
        idleness: Outbox(spacing: .zero, now: now),
        random: SeededGenerator(seed: seed)))
    alarm = Alarm(source.session.time)
  }

  /// Wants this choice and text; replaces whatever was wanted before and is not sent yet.
  public func publish(_ update: StatusUpdate) {
    state.withLock { $0.status.submit(update) }
    alarm.ring()
  }

  /// Wants the server to know since when the keyboard is idle; nil for "the user is there".
  public func reportIdle(since: Instant?) {
    state.withLock { $0.idleness.submit(Idleness(since: since)) }
    alarm.ring()
  }

  /// Sends what is wanted until the task is cancelled.
  public func run(_ outcome: @escaping @Sendable (Outcome) -> Void) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.retryWhenAsked() }
      await alarm.run { now in
        let (status, idleness, due) = state.withLock { state in
          if spacing == nil { state.status.spacing = source.traits.statusSpacing }
          let status = state.status.takeDue(at: now)
          let idleness = state.idleness.takeDue(at: now)
          let deadlines = [state.status.deadline, state.idleness.deadline]
          return (status, idleness, deadlines.compactMap(\.self).min())
        }
        if status != nil || idleness != nil {
          group.addTask {
            if let idleness { await self.send(idleness, outcome) }
            if let status { await self.send(status, outcome) }
          }
        }
        return due
      }
    }
  }

  /// Tries at once whenever the way to the server may work again.
  private func retryWhenAsked() async {
    let session = source.session
    var tries = session.link.state.tries
    while await session.link.waits(until: { [tries] in $0.tries != tries }) {
      tries = session.link.state.tries
      let now = session.time.instant
      state.withLock { state in
        state.status.retry(at: now)
        state.idleness.retry(at: now)
      }
      alarm.ring()
    }
  }

  private func send(_ update: StatusUpdate, _ outcome: @Sendable (Outcome) -> Void) async {
    do {
      try await source.perform(.publish(update))
      state.withLock { $0.status.succeeded() }
      outcome(.published(update))
    } catch {
      state.withLock { handle(error, &$0.status, &$0.random) }
      switch error.code {
      case .cancelled: break
      case .loggedOut: outcome(.loggedOut(error))
      default: outcome(error.isTransient ? .delayed(update, error) : .refused(update, error))
      }
    }
    alarm.ring()
  }

  private func send(_ idleness: Idleness, _ outcome: @Sendable (Outcome) -> Void) async {
    do {
      try await source.perform(.idle(since: idleness.since))
      state.withLock { $0.idleness.succeeded() }
    } catch {
      state.withLock { handle(error, &$0.idleness, &$0.random) }
      if error.code == .loggedOut { outcome(.loggedOut(error)) }
    }
    alarm.ring()
  }

  private func handle<Value>(
    _ error: SDKError, _ outbox: inout Outbox<Value>, _ random: inout SeededGenerator
  ) {
    if error.isTransient {
      outbox.failed(at: source.session.time.instant, retryAfter: error.retryAfter, using: &random)
    } else {
      outbox.refused()
    }
  }
}
