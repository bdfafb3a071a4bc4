public import MatrixWire
internal import Ports

/// The event stream of a session, pulled: every `next()` is one poll, and there is no poll unless the caller asks.
///
/// Failures come as values and the sequence goes on, with back-off; it throws only when the session is over,
/// and ends when the task is cancelled. A poll that a proxy cuts is followed by one at once, and by shorter ones; a poll
/// whose connection may be dead is sent anew (`Session.reconnect()`), and so is one that says of the device what is not so
/// any more (`PollPresence`).
public struct SyncLoop: AsyncSequence, Sendable {
  public typealias Element = SyncStep

  let session: Session
  let presence: PolledPresence
  let wait: Duration
  let filter: SyncFilter?
  let seed: UInt64
  /// Whether the first poll is to differ from those of other streams (`Duration.uncached`).
  var isFirstUncached = false
  /// How long after the polls began to say something else a poll may wait at most. A server may have taken no notice of the
  /// first, and has to hear of it again soon.
  var waitAfterChange: Duration?

  public struct Iterator: AsyncIteratorProtocol {
    let sequence: SyncLoop
    private var since: SyncToken?
    private var backoff = Backoff()
    private var random: SeededGenerator
    private var length: PollLength
    private var pace: AnswerPace
    /// What is waited for before the next poll.
    private var rest: Rest?
    /// Why the next poll is to be answered at once, so that the caller need not wait a whole poll to hear that it
    /// works.
    private var probe = Probe.beginning
    private var lastTry: Instant
    /// What the poll before said of the device, and when that was something else for the first time.
    private var said: PresenceState?
    private var changedAt: Instant?

    /// Between two tries where nothing answers, and between two polls that only say something else of the device.
    private static let leastSpan: Duration = .milliseconds(500)

    private enum Rest {
      /// After an answer.
      case pace(until: Instant)
      /// After a failure.
      case backoff(until: Instant, tries: UInt64)
      /// As the server asked for.
      case order(until: Instant)
    }

    private enum Probe {
      case none
      case beginning
      case afterFailure
      /// The poll before was cut or given up, and the caller was not told.
      case afterRenewal
    }

    init(_ sequence: SyncLoop) {
      self.sequence = sequence
      random = SeededGenerator(seed: sequence.seed)
      length = PollLength(longest: sequence.wait)
      pace = AnswerPace(of: sequence.session.userID, now: sequence.session.time.instant)
      lastTry = sequence.session.time.instant
    }

    public mutating func next() async throws(SDKError) -> SyncStep? {
      while await takeRest() {
        let began = sequence.session.time.instant
        lastTry = began
        noteChange(at: began)
        let wait = nextWait(at: began)
        let poll = Poll(sequence, since: since, wait: wait, patience: patience(for: wait))
        switch await poll.run() {
        case .answer(let answer): return handle(answer, askedAt: began)
        case .stale:
          sequence.session.renewConnections()
          probe = .afterRenewal
        case .outdated:
          // However often it changes.
          rest = .pace(until: began + Self.leastSpan)
        case .failure(let error):
          if isCut(error, askedAt: began) {
            probe = .afterRenewal
          } else {
            return try step(after: error)
          }
        }
      }
      return nil
    }

    private mutating func noteChange(at now: Instant) {
      let next = sequence.presence.current
      if let said, said != next { changedAt = now }
      said = next
    }

    private mutating func nextWait(at now: Instant) -> Duration {
      if probe == .none {
        let left = changedAt.flatMap { at in sequence.waitAfterChange.map { at + $0 - now } } ?? .zero
        return left > .zero ? Swift.min(left, length.current) : length.current
      }
      return since == nil && sequence.isFirstUncached ? .uncached(seed: random.next()) : .zero
    }

    /// How long the answer to a poll may take.
    private func patience(for wait: Duration) -> Duration {
      switch probe {
      case .none where wait > .zero: wait + Poll.slack
      case .afterRenewal: .seconds(10)
      case .none, .beginning, .afterFailure: .seconds(30)
      }
    }

    /// - Returns: false where the task was cancelled.
    private mutating func takeRest() async -> Bool {
      defer { rest = nil }
      let session = sequence.session
      switch rest {
      case nil: return true
      case .pace(let due), .order(let due): return (try? await session.time.sleep(until: due)) != nil
      case .backoff(let due, let tries):
        switch await session.waitForTry(until: due, after: tries) {
        case .due: return true
        case .cancelled: return false
        case .asked: backoff.reset()
        }
        // However often a retry is asked for, as by a key that is held.
        return (try? await session.time.sleep(until: lastTry + Self.leastSpan)) != nil
      }
    }

    private mutating func handle(_ answer: SyncAnswer, askedAt began: Instant) -> SyncStep {
      let now = sequence.session.time.instant
      let isComplete = since == nil || answer.isComplete
      since = answer.nextBatch
      // An answer that was asked for at once proves little, because a server may refuse even the positions it gives;
      // nor does it count as too soon.
      if probe == .none {
        backoff.reset()
        if now - began >= length.current { length.passed(at: now) }
        if sequence.wait >= PollLength.shortest {
          rest = .pace(until: pace.next(after: answer, askedAt: began, now: now))
        }
      }
      probe = .none
      return .answer(answer, isComplete: isComplete)
    }

    /// Whether a poll ended because of its length: no failure, as long as the next one is answered.
    private mutating func isCut(_ error: SDKError, askedAt began: Instant) -> Bool {
      guard probe == .none, error.code == .disconnected else { return false }
      let now = sequence.session.time.instant
      return length.cut(after: now - began, at: now)
    }

    private mutating func step(after error: SDKError) throws(SDKError) -> SyncStep? {
      switch error.code {
      case .cancelled: return nil
      case .loggedOut: throw error
      case .refused:
        // The position may be one the server does not know any more: begin anew.
        since = nil
      case .unreachable, .disconnected, .rateLimited, .badAnswer: break
      }
      probe = .afterFailure
      let now = sequence.session.time.instant
      let due = now + Swift.max(backoff.next(using: &random), error.retryAfter ?? .zero)
      rest =
        error.code == .rateLimited
        ? .order(until: due) : .backoff(until: due, tries: sequence.session.link.state.tries)
      return .interrupted(error, retryAt: due)
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(SDKError) -> SyncStep? {
      try await next()
    }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(self) }
}

extension Session {
  /// Why a wait for the next try ended.
  enum TryReason {
    case due
    /// The server may be reachable again.
    case asked
    case cancelled
  }

  /// Waits until a time, or until there is a reason to try at once that was not known after so many tries.
  func waitForTry(until due: Instant, after tries: UInt64) async -> TryReason {
    do {
      let isAsked = try await withDeadline(due - time.instant, on: time) {
        await link.waits { $0.tries != tries }
      }
      // Nil where the time came first; false where the task was cancelled.
      return isAsked.map { $0 ? .asked : .cancelled } ?? .due
    } catch {
      return .cancelled
    }
  }

  /// The event stream from the beginning: one complete answer, then what changes.
  ///
  /// - Parameters:
  ///   - presence: what polling says of this device; `offline` reads without making the user online.
  ///   - wait: how long the server may hold a poll with nothing to say; below a second nothing bounds how often it is
  ///     asked.
  ///   - filter: which presence events pass; nil lets all of them.
  ///   - seed: for the jitter of the back-off.
  /// - Returns: the sequence; iterating it is what polls.
  public func events(
    as presence: PresenceState = .online, wait: Duration = .seconds(30), filter: SyncFilter? = nil,
    seed: UInt64
  ) -> SyncLoop {
    SyncLoop(session: self, presence: .fixed(presence), wait: wait, filter: filter, seed: seed)
  }

  /// The same, where what polling says of this device may change while a poll waits on the server.
  public func events(
    as presence: PollPresence, wait: Duration = .seconds(30), filter: SyncFilter? = nil, seed: UInt64
  ) -> SyncLoop {
    SyncLoop(session: self, presence: .changing(presence), wait: wait, filter: filter, seed: seed)
  }
}
