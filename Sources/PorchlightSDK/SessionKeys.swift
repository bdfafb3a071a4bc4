internal import MatrixWire
internal import Ports
internal import Synchronization

/// What a session proves itself with, shared by all its copies: renewed by one of them, good for all.
final class SessionKeys: Sendable {
  private struct State: Sendable {
    var credentials: Credentials
    /// When to renew, and when it is late for it; nil for what does not expire or cannot be renewed.
    var term: TokenTerm?
    var isRenewing = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let keeper: any CredentialKeeper
  private let renewal: TokenRenewal

  init(_ credentials: Credentials, keeper: any CredentialKeeper, renewal: TokenRenewal) {
    state = Mutex(
      State(credentials: credentials, term: TokenTerm(credentials, from: renewal.time.instant)))
    self.keeper = keeper
    self.renewal = renewal
  }

  var credentials: Credentials { state.withLock(\.credentials) }

  var oauth: OAuthAccess? { renewal.oauth }

  /// Whether the access token is to be renewed before it is used: it expires soon, and no other call is at it.
  func isRenewalDue(at now: Instant) -> Bool {
    state.withLock { state in
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
  /// - Returns: whether there is another one now; false where the session cannot be renewed.
  /// - Throws: what the server's refusal means, or why it cannot be asked.
  func renew(after used: AccessToken?, isEarly: Bool) async throws(SDKError) -> Bool {
    while true {
      switch next(after: used) {
      case .renewed: return true
      case .wait: await turn()
      case .renew:
        defer { finish() }
        let result = await keeper.alone { () async -> Result<Bool, SDKError> in
          do throws(SDKError) {
            return .success(try await renewAlone(after: used, isEarly: isEarly))
          } catch {
            return .failure(error)
          }
        }
        return try result.get()
      }
    }
  }

  /// A token for one that the server refused without a word about renewal, where another process has one.
  private func renewAlone(after used: AccessToken?, isEarly: Bool) async throws(SDKError) -> Bool {
    let before = credentials
    if let kept = await keeper.kept(), kept.accessToken != nil, kept.accessToken != used {
      adopt(kept)
      return true
    }
    guard let token = before.refreshToken else { return false }
    let answer: RefreshAnswer
    do {
      answer = try await renewal(token, of: before.userID)
    } catch {
      state.withLock { $0.term?.postpone(at: renewal.time.instant) }
      throw error
    }
    var renewed = before
    renewed.accessToken = answer.accessToken
    renewed.refreshToken = answer.refreshToken ?? token
    renewed.expiresIn = answer.expiresIn
    // Kept before it is used: the first use ends the pair before (Protocol 2.4). What cannot be kept is used only where
    // the pair before is of no use any more.
    if await keeper.keep(renewed) || !isEarly {
      adopt(renewed)
    } else {
      state.withLock { $0.term?.postpone(at: renewal.time.instant) }
    }
    return true
  }

  private func adopt(_ credentials: Credentials) {
    let term = TokenTerm(credentials, from: renewal.time.instant)
    state.withLock { state in
      state.credentials = credentials
      state.term = term
    }
  }

  private enum Step: Sendable {
    case renewed
    case wait
    case renew
  }

  private func next(after used: AccessToken?) -> Step {
    state.withLock { state in
      guard state.credentials.accessToken == used else { return .renewed }
      guard !state.isRenewing else { return .wait }
      state.isRenewing = true
      return .renew
    }
  }

  /// Waits until the call that renews has ended.
  private func turn() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.isRenewing { state.waiting.append(continuation) }
        return !state.isRenewing
      }
      if isOver { continuation.resume() }
    }
  }

  private func finish() {
    let waiting = state.withLock { state in
      state.isRenewing = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
