public import MatrixWire
public import Ports

/// What one turn of the event stream brought.
public enum SyncStep: Hashable, Sendable {
  /// An answer. A complete one replaces everything known before; the others add to it.
  case answer(SyncAnswer, isComplete: Bool)
  /// No answer. The sequence tries again by itself at `retryAt`.
  case interrupted(SDKError, retryAt: Instant)
}

/// The event stream of a session, pulled: every `next()` is one poll, and nobody polls while nobody asks.
///
/// Failures come as values and the sequence goes on, with back-off; it throws only when the session is over,
/// and ends when the task is cancelled.
public struct SyncSequence: AsyncSequence, Sendable {
  public typealias Element = SyncStep

  let session: Session
  let presence: PresenceState
  let wait: Duration
  let filter: SyncFilter?
  let seed: UInt64

  public struct Iterator: AsyncIteratorProtocol {
    let sequence: SyncSequence
    var since: SyncToken?
    var backoff = Backoff()
    var random: SeededGenerator
    var retryAt: Instant?
    /// Until when to hold back after an answer that said nothing and came too soon.
    var restUntil: Instant?

    public mutating func next() async throws(SDKError) -> SyncStep? {
      do {
        if let due = retryAt ?? restUntil { try await sequence.session.time.sleep(until: due) }
      } catch {
        return nil
      }
      // After a failure the first answer comes at once, so that nobody waits a whole poll to hear it works.
      let isFirst = since == nil || retryAt != nil
      retryAt = nil
      restUntil = nil
      let began = sequence.session.time.instant
      do {
        let answer = try await sequence.session.sync(
          since: since, wait: isFirst ? .zero : sequence.wait, as: sequence.presence,
          filter: sequence.filter)
        let isComplete = since == nil || answer.isComplete
        since = answer.nextBatch
        // A first answer proves little: a server may refuse the very positions it gives.
        if !isFirst {
          backoff.reset()
          rest(after: answer, since: began)
        }
        return .answer(answer, isComplete: isComplete)
      } catch {
        return try step(after: error)
      }
    }

    /// A server that answers waiting polls at once with nothing must not make this a busy loop (protocol 9.7).
    private mutating func rest(after answer: SyncAnswer, since began: Instant) {
      let now = sequence.session.time.instant
      guard answer.presence.isEmpty, sequence.wait >= .seconds(1), now - began < .milliseconds(250) else {
        return
      }
      restUntil = now + .seconds(1)
    }

    private mutating func step(after error: SDKError) throws(SDKError) -> SyncStep? {
      switch error.code {
      case .cancelled: return nil
      case .loggedOut: throw error
      case .refused:
        // The position may be one the server does not know any more: begin anew.
        since = nil
      case .unreachable, .rateLimited, .badAnswer: break
      }
      let delay = Swift.max(backoff.next(using: &random), error.retryAfter ?? .zero)
      let due = sequence.session.time.instant + delay
      retryAt = due
      return .interrupted(error, retryAt: due)
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(SDKError) -> SyncStep? {
      try await next()
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(sequence: self, random: SeededGenerator(seed: seed))
  }
}

extension Session {
  /// The event stream from the beginning: one complete answer, then what changes.
  ///
  /// - Parameters:
  ///   - presence: what polling says of this device; `offline` reads without making anybody online.
  ///   - wait: how long the server may hold a poll with nothing to say.
  ///   - filter: which presence events pass; nil lets all of them.
  ///   - seed: for the jitter of the back-off.
  /// - Returns: the sequence; iterating it is what polls.
  public func events(
    as presence: PresenceState = .online, wait: Duration = .seconds(30), filter: SyncFilter? = nil,
    seed: UInt64
  ) -> SyncSequence {
    SyncSequence(session: self, presence: presence, wait: wait, filter: filter, seed: seed)
  }
}
