internal import MatrixWire
internal import Ports
internal import Synchronization

/// What a session proves itself with, shared by all its copies: renewed by one task, good for all.
///
/// A renewal spends the refresh token, so it goes on to its end whatever becomes of the call that began it: its answer is the only
/// copy of the next pair.
final class SessionKeys: Sendable {
  struct State: Sendable {
    var credentials: Credentials
    /// When to renew, and when it is late for it; nil for what does not expire or cannot be renewed.
    var term: TokenTerm?
    /// A renewed pair that the keeper could not keep.
    var held: HeldCredentials?
    var isRenewing = false
    var waiting: [Int: CheckedContinuation<Outcome, Never>] = [:]
    var nextCall = 0
  }

  /// What came of a renewal.
  enum Outcome: Sendable {
    /// There is another access token.
    case renewed
    /// The access token goes on for now; only where it may still be good.
    case postponed
    /// There is nothing to renew it with.
    case impossible
    case failed(SDKError)
  }

  let state: Mutex<State>
  let keeper: any CredentialKeeper
  let renewal: TokenRenewal

  init(_ credentials: Credentials, keeper: any CredentialKeeper, renewal: TokenRenewal) {
    state = Mutex(
      State(credentials: credentials, term: TokenTerm(credentials, from: renewal.time.instant)))
    self.keeper = keeper
    self.renewal = renewal
  }

  var credentials: Credentials { state.withLock(\.credentials) }

  var oauth: OAuthAccess? { renewal.oauth }

  /// Whether there is something to do before the access token is used: it expires soon or a pair is to be kept, and no other call
  /// is at it.
  func isRenewalDue(at now: Instant) -> Bool {
    state.withLock { state in
      if let held = state.held, now >= held.nextTry, !state.isRenewing { return true }
      guard let term = state.term, now >= term.due else { return false }
      // An expired one has to be waited for.
      return !state.isRenewing || now >= term.end
    }
  }

  /// Gets another access token for one that was refused or will be, or finds that another call or another process has.
  ///
  /// - Parameters:
  ///   - used: the token it is to replace.
  ///   - isEarly: whether `used` may still be good.
  /// - Returns: whether there is another one now, or an early renewal can wait; false where the session cannot be renewed.
  /// - Throws: what the server's refusal means, or why it cannot be asked; `cancelled` where the caller is, while the renewal
  ///   goes on.
  func renew(after used: AccessToken?, isEarly: Bool) async throws(SDKError) -> Bool {
    while true {
      switch await outcome(after: used, isEarly: isEarly) {
      case .renewed: return true
      // Where it is late, the renewal was an early one of another call.
      case .postponed: if isEarly { return true }
      case .impossible: return false
      case .failed(let error): throw error
      }
    }
  }

  /// Returns when no renewal is under way, whether or not the caller is cancelled: what is renewed is kept by then.
  func settle() async {
    _ = await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.isRenewing { state.wait(continuation) }
        return !state.isRenewing
      }
      if isIdle { continuation.resume(returning: .postponed) }
    }
  }

  // MARK: Waiting

  private func outcome(after used: AccessToken?, isEarly: Bool) async -> Outcome {
    let call = state.withLock { state in
      state.nextCall += 1
      return state.nextCall
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // The flag is looked at under the lock, which the handler takes too: so one of the two sees the other.
        let (now, begins): (Outcome?, Bool) = state.withLock { state in
          guard state.credentials.accessToken == used else { return (.renewed, false) }
          guard !Task.isCancelled else { return (Self.cancelled, false) }
          state.waiting[call] = continuation
          defer { state.isRenewing = true }
          return (nil, !state.isRenewing)
        }
        if let now { continuation.resume(returning: now) }
        if begins { begin(isEarly: isEarly) }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: call) }?.resume(returning: Self.cancelled)
    }
  }

  private static let cancelled = Outcome.failed(SDKError(.cancelled, "The call was cancelled."))

  /// In a task of its own, which no caller's end cancels, on the executor that the caller prefers.
  private func begin(isEarly: Bool) {
    let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
    Task(executorPreference: executor) {
      let outcome = await self.keeper.alone(isUrgent: !isEarly) { await self.attempt(isEarly: isEarly) }
      // Another process is at it, or was suspended over it; the access token may still be good.
      if outcome == nil { self.postpone() }
      self.finish(outcome ?? .postponed)
    }
  }

  private func finish(_ outcome: Outcome) {
    let waiting = state.withLock { state in
      state.isRenewing = false
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
  }
}

extension SessionKeys.State {
  /// Has a continuation resumed with the renewal.
  mutating func wait(_ continuation: CheckedContinuation<SessionKeys.Outcome, Never>) {
    nextCall += 1
    waiting[nextCall] = continuation
  }
}
