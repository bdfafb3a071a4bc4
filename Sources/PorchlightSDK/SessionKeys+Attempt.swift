internal import MatrixWire
internal import Ports
internal import Synchronization

/// A renewed pair that the keeper could not keep.
struct HeldCredentials: Sendable {
  private let pair: Credentials
  private let renewedAt: Instant
  /// The access tokens of pairs that were renewed to this one: what is kept with one of them is older.
  let replaced: Set<AccessToken>
  /// When keeping it is tried again.
  private(set) var nextTry: Instant

  /// Between two tries.
  private static let pause: Duration = .seconds(15)

  init(_ pair: Credentials, replacing replaced: Set<AccessToken>, at now: Instant) {
    self.pair = pair
    self.replaced = replaced
    renewedAt = now
    nextTry = now + Self.pause
  }

  /// Puts the next try off.
  mutating func postpone(at now: Instant) { nextTry = max(nextTry, now + Self.pause) }

  /// The pair, with the time that is left to it.
  func credentials(at now: Instant) -> Credentials {
    var pair = pair
    pair.expiresIn = pair.expiresIn.map { max(0, $0 - (now - renewedAt).wholeMilliseconds) }
    return pair
  }
}

extension SessionKeys {
  /// One renewal, while no other process has one.
  func attempt(isEarly: Bool) async -> Outcome {
    let now = renewal.time.instant
    let (before, term, held) = state.withLock { ($0.credentials, $0.term, $0.held) }
    let waiting = held?.credentials(at: now)
    do throws(CredentialProblem) {
      let kept = try await keeper.kept()
      if let kept, let token = kept.accessToken, token != before.accessToken,
        held?.replaced.contains(token) != true
      {
        adopt(kept)
        return .renewed
      }
    } catch {
      // No refresh token is spent while nobody knows whether another process has spent it.
      if !isEarly, let waiting, waiting.accessToken != before.accessToken { return use(waiting, held) }
      postpone()
      return isEarly ? .postponed : .failed(SDKError(.unreachable, Self.words(error, of: before.userID)))
    }
    if let waiting, waiting.accessToken != before.accessToken {
      return await keep(waiting, instead: before, held, isEarly: isEarly)
    }
    if let waiting, isEarly, term.map({ now < $0.due }) ?? true {
      // It is used already, and only to be kept.
      if await keeper.keep(waiting) { adopt(waiting) } else { hold(waiting, held?.replaced ?? []) }
      return .postponed
    }
    guard let token = before.refreshToken else { return .impossible }
    do throws(SDKError) {
      let answer = try await renewal(token, of: before.userID)
      var renewed = before
      renewed.accessToken = answer.accessToken
      renewed.refreshToken = answer.refreshToken ?? token
      renewed.expiresIn = answer.expiresIn
      return await keep(renewed, instead: before, held, isEarly: isEarly)
    } catch {
      postpone()
      return .failed(error)
    }
  }

  /// Keeps a pair before it is used: the first use ends the pair before (Protocol 2.4). What cannot be kept is used only where
  /// the pair before is of no use any more.
  private func keep(
    _ renewed: Credentials, instead before: Credentials, _ held: HeldCredentials?, isEarly: Bool
  ) async -> Outcome {
    if await keeper.keep(renewed) {
      adopt(renewed)
      return .renewed
    }
    hold(renewed, (held?.replaced ?? []).union(before.accessToken.map { [$0] } ?? []))
    guard isEarly else { return use(renewed, state.withLock(\.held)) }
    postpone()
    return .postponed
  }

  private func hold(_ pair: Credentials, _ replaced: Set<AccessToken>) {
    state.withLock { $0.held = HeldCredentials(pair, replacing: replaced, at: renewal.time.instant) }
  }

  /// Goes on with a pair that is not kept yet.
  private func use(_ pair: Credentials, _ held: HeldCredentials?) -> Outcome {
    adopt(pair)
    state.withLock { $0.held = held }
    return .renewed
  }

  private func adopt(_ credentials: Credentials) {
    let term = TokenTerm(credentials, from: renewal.time.instant)
    state.withLock { state in
      state.credentials = credentials
      state.term = term
      state.held = nil
    }
  }

  func postpone() {
    let now = renewal.time.instant
    state.withLock { state in
      state.term?.postpone(at: now)
      state.held?.postpone(at: now)
    }
  }

  private static func words(_ problem: CredentialProblem, of user: UserID) -> String {
    "The session of \(user) is not renewed while its tokens cannot be read: \(problem.message)"
  }

  // MARK: The end

  /// Runs `body` with the newest tokens of the session, while no other process renews them.
  func withNewest<Value: Sendable>(_ body: (Credentials) async -> Value) async -> Value? {
    await keeper.alone(isUrgent: true) {
      let held = state.withLock(\.held)
      let kept = (try? await keeper.kept()) ?? nil
      if let held, kept.flatMap(\.accessToken).map(held.replaced.contains) ?? true {
        return await body(held.credentials(at: renewal.time.instant))
      }
      return await body(kept ?? credentials)
    }
  }
}
