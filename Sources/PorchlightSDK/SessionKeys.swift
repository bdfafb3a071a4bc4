internal import MatrixWire
internal import Synchronization

/// What a session proves itself with, shared by all its copies: renewed by one of them, good for all.
final class SessionKeys: Sendable {
  private struct State: Sendable {
    var credentials: Credentials
    var isRenewing = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let save: @Sendable (Credentials) async -> Void

  init(_ credentials: Credentials, save: @escaping @Sendable (Credentials) async -> Void) {
    state = Mutex(State(credentials: credentials))
    self.save = save
  }

  var credentials: Credentials { state.withLock(\.credentials) }

  /// Gets another access token for one that was refused, or finds that another call has.
  ///
  /// - Parameters:
  ///   - used: the token that was refused.
  ///   - request: asks the server; one at a time, because a refresh token is good for one renewal.
  /// - Returns: whether there is another one now; false where the session cannot be renewed.
  /// - Throws: what `request` throws.
  func renew(
    after used: AccessToken?, _ request: (AccessToken) async throws(SDKError) -> RefreshAnswer
  ) async throws(SDKError) -> Bool {
    while true {
      switch next(after: used) {
      case .renewed: return true
      case .impossible: return false
      case .wait: await turn()
      case .renew(let token):
        defer { finish() }
        let answer = try await request(token)
        let renewed = state.withLock { state in
          var credentials = state.credentials
          credentials.accessToken = answer.accessToken
          credentials.refreshToken = answer.refreshToken ?? token
          credentials.expiresIn = answer.expiresIn
          return credentials
        }
        // Kept before it is used: the first use ends the pair before (Protocol 2.4).
        await save(renewed)
        state.withLock { $0.credentials = renewed }
        return true
      }
    }
  }

  private enum Step: Sendable {
    case renewed
    case impossible
    case wait
    case renew(AccessToken)
  }

  private func next(after used: AccessToken?) -> Step {
    state.withLock { state in
      guard state.credentials.accessToken == used else { return .renewed }
      guard let token = state.credentials.refreshToken else { return .impossible }
      guard !state.isRenewing else { return .wait }
      state.isRenewing = true
      return .renew(token)
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
